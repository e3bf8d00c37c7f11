"""How is a quiz run?"""
