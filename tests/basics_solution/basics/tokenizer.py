class Tokenizer:
    def __init__(self, vocabulary, merges):
        self.vocabulary = vocabulary
        self.merges = merges
        self._ids = {token: number for number, token in vocabulary.items()}

    def encode(self, text):
        parts = [bytes([b]) for b in text.encode()]
        for pair in self.merges:
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == pair:
                    parts[i : i + 2] = [parts[i] + parts[i + 1]]
                i += 1
        return [self._ids[part] for part in parts]

    def encode_lines(self, lines):
        for line in lines:
            yield from self.encode(line.rstrip("\n"))

    def decode(self, ids):
        return b"".join(self.vocabulary[i] for i in ids).decode(errors="replace")
