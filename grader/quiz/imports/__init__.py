"""Where can a quiz come from? Files of other systems as questions of ours; none is trusted."""
