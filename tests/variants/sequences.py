"""Right answers to the exercise on windows, splits, scales and vocabularies, written in many ways.

`VARIANTS[item]` maps a description to a cell that a learner might have written. Each must pass.
"""

VARIANTS = {
    "seasonal_naive": {
        "one step after the other": """
def seasonal_naive(series, season, K):
    forecast = []
    for k in range(1, K + 1):
        step = len(series) + k
        while step > len(series):
            step -= season
        forecast.append(series[step - 1])
    return np.array(forecast)
""",
        "the last season tiled": """
def seasonal_naive(series, season, K):
    last = series[-season:]
    return np.tile(last, K // season + 1)[:K]
""",
        "the series grows by its own forecasts": """
def seasonal_naive(series, season, K):
    values = list(series)
    for _ in range(K):
        values.append(values[-season])
    return values[len(series):]
""",
        "np.resize": """
def seasonal_naive(series, season, K):
    return np.resize(series[len(series) - season:], K)
""",
        "itertools.cycle, into a list": """
def seasonal_naive(series, season, K):
    from itertools import cycle, islice
    return [float(x) for x in islice(cycle(series[-season:]), K)]
""",
        "the formula of the textbooks": """
def seasonal_naive(series, season, K):
    N = len(series)
    h = np.arange(1, K + 1)
    return np.float32(series)[N + h - season * ((h - 1) // season + 1) - 1]
""",
    },
    "make_windows": {
        "sliding_window_view": """
def make_windows(series, T, K):
    rows = np.lib.stride_tricks.sliding_window_view(series, T + K)
    return rows[:, :T], rows[:, T:]
""",
        "an array of positions": """
def make_windows(series, T, K):
    n = len(series) - (T + K) + 1
    rows = series[np.arange(n)[:, None] + np.arange(T + K)]
    return rows[:, :T], rows[:, T:]
""",
        "arrays made beforehand": """
def make_windows(series, T, K):
    n = series.shape[0] - T - K + 1
    windows, targets = np.empty((n, T)), np.empty((n, K))
    for i in range(n):
        windows[i] = series[i : i + T]
        targets[i] = series[i + T : i + T + K]
    return windows, targets
""",
        "a column for each place": """
def make_windows(series, T, K):
    n = len(series) - T - K + 1
    columns = np.stack([series[p : p + n] for p in range(T + K)], axis=1)
    return columns[:, :T], columns[:, T:]
""",
        "lists, until the series is used up": """
def make_windows(series, T, K):
    values, windows, targets = series.tolist(), [], []
    end = T
    while end + K <= len(values):
        windows.append(values[end - T : end])
        targets.append(values[end : end + K])
        end += 1
    return windows, targets
""",
        "float32": """
def make_windows(series, T, K):
    series = series.astype("float32")
    rows = np.array([series[i : i + T + K] for i in range(len(series) - T - K + 1)])
    return rows[:, :T], rows[:, T:]
""",
    },
    "split_in_time": {
        "truth values for each window": """
def split_in_time(windows, targets, start):
    first = np.arange(len(windows)) + windows.shape[1]  # position of the first target
    train, test = first + targets.shape[1] <= start, first >= start
    return windows[train], targets[train], windows[test], targets[test]
""",
        "a loop that sorts, into lists": """
def split_in_time(windows, targets, start):
    T, K = windows.shape[1], targets.shape[1]
    parts = [], [], [], []
    for i, (window, target) in enumerate(zip(windows.tolist(), targets.tolist())):
        if i + T + K - 1 < start:
            parts[0].append(window)
            parts[1].append(target)
        elif i + T >= start:
            parts[2].append(window)
            parts[3].append(target)
    return parts
""",
        "positions of all targets": """
def split_in_time(windows, targets, start):
    (n, T), K = windows.shape, targets.shape[1]
    at = np.arange(n)[:, None] + T + np.arange(K)  # (n, K)
    before, after = (at < start).all(axis=1), (at >= start).all(axis=1)
    return windows[before], targets[before], windows[after], targets[after]
""",
        "np.split at two places": """
def split_in_time(windows, targets, start):
    T, K = len(windows[0]), len(targets[0])
    places = [start - T - K + 1, start - T]
    train_windows, _, test_windows = np.split(windows, places)
    train_targets, _, test_targets = np.split(targets, places)
    return train_windows, train_targets, test_windows, test_targets
""",
        "lists of numbers of rows": """
def split_in_time(windows, targets, start):
    n, T = windows.shape
    train = [i for i in range(n) if i + T + len(targets[i]) <= start]
    test = [i for i in range(n) if i >= start - T]
    return windows[train], targets[train], windows[test], targets[test]
""",
        "one array for both, float32": """
def split_in_time(windows, targets, start):
    T, K = windows.shape[1], targets.shape[1]
    rows = np.hstack([windows, targets]).astype(np.float32)
    train, test = rows[: start - (T + K) + 1], rows[start - T :]
    return train[:, :T], train[:, T:], test[:, :T], test[:, T:]
""",
    },
    "fit_scaler": {
        "the definitions": """
def fit_scaler(values, start):
    train = values[:start]
    mean = train.sum(axis=0) / len(train)
    deviation = np.sqrt(((train - mean) ** 2).sum(axis=0) / len(train))
    deviation[deviation == 0] = 1
    return mean, deviation
""",
        "one column after the other": """
def fit_scaler(values, start):
    means, deviations = [], []
    for column in values[:start].T:
        means.append(column.mean())
        spread = column.std()
        deviations.append(spread if spread > 0 else 1.0)
    return np.array(means), np.array(deviations)
""",
        "a zero is false": """
def fit_scaler(values, start):
    train = values[0:start, :]
    return np.mean(train, 0), [s or 1.0 for s in np.std(train, axis=0).tolist()]
""",
        "the sample's deviation, corrected": """
def fit_scaler(values, start):
    train = values[:start]
    n = start
    deviation = train.std(axis=0, ddof=1) * np.sqrt((n - 1) / n)
    return train.mean(axis=0), np.where(np.ptp(train, axis=0) > 0, deviation, 1)
""",
        "plain Python": """
def fit_scaler(values, start):
    import statistics
    columns = list(zip(*values[:start].tolist()))
    means = [statistics.fmean(c) for c in columns]
    return means, [1.0 if min(c) == max(c) else statistics.pstdev(c) for c in columns]
""",
        "in one array": """
def fit_scaler(values, start):
    mean, deviation = values[:start].mean(axis=0), values[:start].std(axis=0)
    return np.array([mean, deviation + (deviation == 0)])
""",
        "float32": """
def fit_scaler(values, start):
    train = values[:start].astype(np.float32)
    deviation = train.std(axis=0)
    deviation[deviation < 1e-12] = 1
    return train.mean(axis=0), deviation
""",
    },
    "build_vocab": {
        "a dictionary that counts": """
def build_vocab(sequences, min_count):
    counts = {}
    for tokens in sequences:
        for token in tokens:
            counts[token] = counts.get(token, 0) + 1
    vocab = {"<pad>": 0, "<unk>": 1}
    for token in sorted(counts, key=lambda t: (-counts[t], t)):
        if counts[token] >= min_count:
            vocab[token] = len(vocab)
    return vocab
""",
        "sorted twice, for sorting is stable": """
def build_vocab(sequences, min_count):
    counts = Counter()
    for tokens in sequences:
        counts.update(tokens)
    order = sorted(counts)
    order = sorted(order, key=counts.get, reverse=True)
    order = ["<pad>", "<unk>"] + [t for t in order if counts[t] >= min_count]
    return dict(zip(order, range(len(order))))
""",
        "most_common of the sorted tokens": """
def build_vocab(sequences, min_count):
    text = sorted(t for tokens in sequences for t in tokens)
    kept = [t for t, count in Counter(text).most_common() if not count < min_count]
    vocab = {t: k for k, t in enumerate(kept, start=2)}
    vocab["<pad>"], vocab["<unk>"] = 0, 1
    return vocab
""",
        "a set, and list.count": """
def build_vocab(sequences, min_count):
    text = [t for tokens in sequences for t in tokens]
    pairs = sorted((-text.count(t), t) for t in set(text))
    return {t: k for k, t in enumerate(["<pad>", "<unk>"] + [t for c, t in pairs if -c >= min_count])}
""",
        "groups of equal frequency": """
def build_vocab(sequences, min_count):
    counts = Counter(t for tokens in sequences for t in tokens)
    names = ["<pad>", "<unk>"]
    for count in range(max(counts.values()), min_count - 1, -1):
        names += sorted(t for t in counts if counts[t] == count)
    return {name: np.int64(k) for k, name in enumerate(names)}
""",
        "itertools": """
def build_vocab(sequences, min_count):
    from itertools import chain, count
    counts = Counter(chain.from_iterable(sequences))
    numbers = count()
    vocab = {"<pad>": next(numbers), "<unk>": next(numbers)}
    ranked = sorted(counts.items(), key=lambda item: item[0])
    ranked.sort(key=lambda item: item[1], reverse=True)
    vocab |= {t: next(numbers) for t, c in ranked if c >= min_count}
    return vocab
""",
    },
    "encode": {
        "lists, padded and turned": """
def encode(sequences, vocab):
    T = max(map(len, sequences))
    rows = []
    for tokens in sequences:
        row = [vocab[t] if t in vocab else vocab["<unk>"] for t in tokens]
        rows.append(row + [vocab["<pad>"]] * (T - len(row)))
    return np.array(rows).T
""",
        "one entry after the other": """
def encode(sequences, vocab):
    T = max(len(s) for s in sequences)
    ids = np.zeros((T, len(sequences)), dtype=int)
    for t in range(T):
        for b, tokens in enumerate(sequences):
            token = tokens[t] if t < len(tokens) else "<pad>"
            if token not in vocab:
                token = "<unk>"
            ids[t, b] = vocab[token]
    return ids
""",
        "zip_longest": """
def encode(sequences, vocab):
    from itertools import zip_longest
    steps = zip_longest(*sequences, fillvalue="<pad>")
    return [[vocab.get(token, vocab["<unk>"]) for token in step] for step in steps]
""",
        "exceptions": """
def encode(sequences, vocab):
    ids = np.ones((max(len(s) for s in sequences), len(sequences)))
    ids *= vocab["<pad>"]
    for b, tokens in enumerate(sequences):
        for t, token in enumerate(tokens):
            try:
                ids[t, b] = vocab[token]
            except KeyError:
                ids[t, b] = vocab["<unk>"]
    return ids
""",
        "a defaultdict": """
def encode(sequences, vocab):
    from collections import defaultdict
    number = defaultdict(lambda: vocab["<unk>"], vocab)
    T = max(map(len, sequences))
    columns = [[number[t] for t in s] + [number["<pad>"]] * (T - len(s)) for s in sequences]
    return np.stack(columns, axis=1)
""",
        "padded with tokens first, float32": """
def encode(sequences, vocab):
    T = max(len(s) for s in sequences)
    full = [list(s) + ["<pad>"] * (T - len(s)) for s in sequences]
    table = [[vocab.get(s[t], vocab["<unk>"]) for s in full] for t in range(T)]
    return np.array(table, dtype=np.float32)
""",
    },
    "decode": {
        "two loops": """
def decode(ids, vocab):
    T, B = ids.shape
    names = {number: token for token, number in vocab.items()}
    sequences = []
    for b in range(B):
        tokens = []
        for t in range(T):
            token = names[ids[t, b]]
            if token != "<pad>":
                tokens.append(token)
        sequences.append(tokens)
    return sequences
""",
        "names in the order of their numbers": """
def decode(ids, vocab):
    names = sorted(vocab, key=vocab.get)
    return [[names[k] for k in column if names[k] != "<pad>"] for column in ids.T]
""",
        "only the real part of each column": """
def decode(ids, vocab):
    names = dict(zip(vocab.values(), vocab.keys()))
    real = (ids != vocab["<pad>"]).sum(axis=0)
    return [[names[int(k)] for k in ids[:n, b]] for b, n in enumerate(real)]
""",
        "zip, and tuples": """
def decode(ids, vocab):
    names = {vocab[token]: token for token in vocab}
    columns = zip(*ids.tolist())
    return tuple(tuple(names[k] for k in c if k != vocab["<pad>"]) for c in columns)
""",
        "stops at the first padding": """
def decode(ids, vocab):
    names, sequences = {v: k for k, v in vocab.items()}, []
    for column in ids.transpose():
        tokens = []
        for number in column:
            if number == vocab["<pad>"]:
                break
            tokens.append(names[number])
        sequences.append(tokens)
    return sequences
""",
        "looked up by search, then filtered": """
def decode(ids, vocab):
    tokens, numbers = list(vocab.keys()), list(vocab.values())
    found = [[tokens[numbers.index(k)] for k in ids[:, b]] for b in range(ids.shape[1])]
    return [list(filter(lambda token: token != "<pad>", sequence)) for sequence in found]
""",
    },
}
