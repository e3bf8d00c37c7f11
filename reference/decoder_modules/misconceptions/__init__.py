"""What do people get wrong about it as PyTorch modules?"""
