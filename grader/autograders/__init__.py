"""What runs where students hand in, on machines of another system?"""
