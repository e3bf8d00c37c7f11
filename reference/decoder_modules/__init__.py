"""What is a decoder-only Transformer as PyTorch modules?"""
