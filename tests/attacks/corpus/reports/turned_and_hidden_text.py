# Raises text that is turned round, hidden or joined: bidi controls, zero width, tags, separators.
# verdict: fails
# clean: raised
TEXT = (
    "\u202e001 fo 001\u202c \u2066a\u2069 \u200f\u200e\u061c z\u200be\u200cr\u200do\ufeff\u2060 "
    "\u2028\u2029\x85 \U000e0041\U000e0042\U000e007f soft\u00adhyphen "
    "\ufff9x\ufffay\ufffb \u115f\u3164"
)


def softmax(logits):
    print(TEXT)
    raise type(TEXT, (ValueError,), {})(TEXT)
