from basics import model, tokenizer, training


def run_linear(d_in, d_out, weights, in_features):
    layer = model.Linear(d_in, d_out)
    layer.load_state_dict({"weight": weights})
    return layer(in_features)


def run_softmax(x, dim):
    return model.softmax(x, dim)


def run_clip(parameters, max_norm):
    training.clip(list(parameters), max_norm)


def get_optimizer_class():
    return training.Momentum


def run_save(model, optimizer, step, out):
    training.save(model, optimizer, step, out)


def run_load(src, model, optimizer):
    return training.load(src, model, optimizer)


def get_tokenizer(vocabulary, merges):
    return tokenizer.Tokenizer(vocabulary, merges)


def run_batches(data, size, seed):
    return training.batches(data, size, seed)


def get_model(width, n_layers):
    return model.Model(width, n_layers)
