"""Students connect their own code here; the rest of the suite is the course's."""


def run_linear(d_in, d_out, weights, in_features):
    raise NotImplementedError


def run_softmax(x, dim):
    raise NotImplementedError


def run_clip(parameters, max_norm):
    raise NotImplementedError


def get_optimizer_class():
    raise NotImplementedError


def run_save(model, optimizer, step, out):
    raise NotImplementedError


def run_load(src, model, optimizer):
    raise NotImplementedError


def get_tokenizer(vocabulary, merges):
    raise NotImplementedError


def run_batches(data, size, seed):
    raise NotImplementedError


def get_model(width, n_layers):
    raise NotImplementedError
