# Cannot be imported; the reason is a formula.
# verdict: fails
# stage: every
# clean: raised
raise type("=1+1", (ValueError,), {})("=1+1\n=cmd|' /C calc'!A0")
