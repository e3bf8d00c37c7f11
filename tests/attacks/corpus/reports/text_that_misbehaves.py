# Raises an exception whose text raises, is no text, or lies about its class.
# verdict: fails
# stage: softmax layer_norm embed feed_forward
# clean: raised|ended the whole process


class Raising(Exception):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__


class Meta(type):
    @property
    def __name__(cls):
        return ["\x1b[2J"] * 10

    def __instancecheck__(cls, other):
        return True


class Lying(Exception, metaclass=Meta):
    __class__ = MemoryError

    def __str__(self):
        return Text("\x1b[2J")


class Text(str):
    def lower(self):
        raise KeyboardInterrupt

    def __getitem__(self, key):
        return self * 1000

    def removeprefix(self, prefix):
        return self


class Odd(BaseException):
    def __getattribute__(self, name):
        raise KeyError(name)


def softmax(logits):
    raise Raising


def layer_norm(x, gain, bias, eps):
    raise Lying


def embed(token_ids, token_embedding, position_embedding):
    raise Odd


def feed_forward(x, weights):
    raise type("", (Exception,), {})(Text("x"))
