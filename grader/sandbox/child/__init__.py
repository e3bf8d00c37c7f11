"""Everything of ours that enters the sandbox. It knows no check and no expected value."""
