"""What do the reports of a class say of it? Pure functions of finished reports."""
