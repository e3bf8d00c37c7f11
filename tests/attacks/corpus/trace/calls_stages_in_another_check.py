# Forges calls of the stages of generation while another stage is checked, as an oracle.
# verdict: fails
# stage: softmax layer_norm
# with: serving.py
# clean: is not there to be called|did not answer
from serving import ask


def softmax(logits):
    return ask("stages.softmax", [logits])


def layer_norm(x, gain, bias, eps):
    return ask("stages.output", [x])
