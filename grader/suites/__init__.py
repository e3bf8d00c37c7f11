"""How is a pytest suite that a course already has run on code behind the wall?"""
