"""The BERT encoder behind all-MiniLM-L6-v2 as an ONNX graph, made from its weights alone.

The graph follows Devlin et al. 2019 (post-norm transformer encoder, exact GELU); the weights
have the names of the published ``model.safetensors``. All texts of a batch have one length, so
nothing is padded or masked. Only preparing a model imports ``onnx``; running it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[Any]]

HEADS = 12
EPSILON = 1e-12
# Matrices keep 7 bits: on processors without VNNI, int8 products of 8 bits would overflow.
MATRIX_LIMIT, WORD_LIMIT = 64, 127
# States are stored as unsigned bytes around this zero, for that product is the quickest.
ZERO, STATE_LIMIT = 128, 127
OPSET, IR_VERSION = 20, 10
RUNTIME = "com.microsoft"  # ONNX Runtime's own operators


def build_encoder(weights: Weights, int8: bool = True) -> Any:
    """Return the encoder as an ``onnx.ModelProto``, its matrices in int8 or in float32.

    Input: ``ids`` int64 (batch, length), token ids with [CLS] and [SEP], no padding. Output:
    ``means`` float32 (batch, hidden), the mean of the token states. Hidden size, layers,
    vocabulary and greatest length follow the weights. In int8 each token's state has a scale
    of its own, so what else is in a batch does not change a vector.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights, int8)
    means = graph.encoder()
    hidden = graph.hidden
    return helper.make_model(
        helper.make_graph(
            [*graph.nodes, helper.make_node("Identity", [means], ["means"])],
            "encoder",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"])],
            [helper.make_tensor_value_info("means", TensorProto.FLOAT, ["batch", hidden])],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(RUNTIME, 1)],
        ir_version=IR_VERSION,
    )


def quantise(matrix: NDArray[Any], limit: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return whole numbers within ±limit and a scale a column; their product is near ``matrix``.

    >>> quantise(np.array([[1.0, 0.0], [-2.0, 0.0]]), limit=64)[0].tolist()
    [[32, 0], [-64, 0]]
    """
    largest = np.abs(matrix).max(axis=0)
    scales = np.where(largest > 0, largest / limit, 1).astype(np.float32)
    return np.rint(matrix / scales).astype(np.int8), scales


class _Graph:
    """Nodes and constants of one encoder while it is put together."""

    def __init__(self, weights: Weights, int8: bool) -> None:
        self.weights = weights
        self.int8 = int8
        self.hidden = weights["embeddings.word_embeddings.weight"].shape[1]
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def encoder(self) -> str:
        """Embeddings and layers over states of shape (batch * length, hidden), then the mean."""
        self.shape = self.node(
            "Concat", self.node("Shape", "ids"), self.constant("hidden", [self.hidden]), axis=0
        )
        states = self.flat(self.embed())
        number = 0
        while f"encoder.layer.{number}.output.dense.weight" in self.weights:
            states = self.layer(states, f"encoder.layer.{number}")
            number += 1
        return self.node(
            "ReduceMean", self.folded(states), self.constant("middle", [1]), keepdims=0
        )

    def embed(self) -> str:
        """Word, position and type embeddings, normalised. Every token is of type 0."""
        types = self.weights["embeddings.token_type_embeddings.weight"][0]
        places = self.weights["embeddings.position_embeddings.weight"] + types
        here = self.node(
            "Slice",
            self.constant("places", places),
            self.constant("first", [0]),
            self.node("Shape", "ids", start=1, end=2),
        )
        return self.normalise(self.node("Add", self.look_up(), here), "embeddings.LayerNorm")

    def look_up(self) -> str:
        words = self.weights["embeddings.word_embeddings.weight"]
        if not self.int8:
            return self.node("Gather", self.constant("words", words), "ids")
        from onnx import TensorProto

        values, scales = quantise(words.T, WORD_LIMIT)
        rows = self.node("Gather", self.constant("words", values.T), "ids")
        scale = self.node("Gather", self.constant("words.scales", scales[:, None]), "ids")
        return self.node("Mul", self.node("Cast", rows, to=TensorProto.FLOAT), scale)

    def layer(self, states: str, name: str) -> str:
        """One layer: attention and feed-forward, each added to its input and normalised."""
        states = self.add_and_normalise(
            self.attend(states, name), states, f"{name}.attention.output"
        )
        weight = self.weights[f"{name}.intermediate.dense.weight"]
        product = self.multiply(self.bytes_of(states), f"{name}.inner", weight.T)
        offset = self.constant(
            f"{name}.inner.offset", self.weights[f"{name}.intermediate.dense.bias"]
        )
        inner = self.node("BiasGelu", product, offset, domain=RUNTIME)
        return self.add_and_normalise(inner, states, f"{name}.output")

    def attend(self, states: str, name: str) -> str:
        """Multi-head attention without its output projection."""
        source = self.bytes_of(states)
        parts = []
        for part in ("query", "key", "value"):
            whole = f"{name}.attention.self.{part}"
            product = self.multiply(source, whole, self.weights[f"{whole}.weight"].T)
            offset = self.constant(f"{whole}.offset", self.weights[f"{whole}.bias"])
            parts.append(self.folded(self.node("Add", product, offset)))
        mixed = self.node("MultiHeadAttention", *parts, domain=RUNTIME, num_heads=HEADS)
        return self.flat(mixed)

    def add_and_normalise(self, states: str, before: str, name: str) -> str:
        """Project, add what was there before, normalise."""
        weight = self.weights[f"{name}.dense.weight"]
        product = self.multiply(self.bytes_of(states), f"{name}.dense", weight.T)
        offset = self.constant(f"{name}.dense.offset", self.weights[f"{name}.dense.bias"])
        summed = self.node("Add", self.node("Add", product, offset), before)
        return self.normalise(summed, f"{name}.LayerNorm")

    def bytes_of(self, states: str) -> tuple[str, str]:
        """Return the states as bytes and a scale a row; in float32 as they are."""
        if not self.int8:
            return states, ""
        last = self.constant("last", [1])
        top = self.node("ReduceMax", states, last, keepdims=1)
        bottom = self.node("Neg", self.node("ReduceMin", states, last, keepdims=1))
        least = self.constant("least", np.full((1, 1), 1e-9))
        scale = self.node(
            "Mul",
            self.node("Max", top, bottom, least),
            self.constant("step", np.full((1, 1), 1 / STATE_LIMIT)),
        )
        column = self.node("Reshape", scale, self.constant("any", [-1]))
        zero = self.constant("zeros", np.array([ZERO], dtype=np.uint8))
        zeros = self.node("Expand", zero, self.node("Shape", column))
        return self.node("QuantizeLinear", states, column, zeros, axis=0), scale

    def multiply(self, source: tuple[str, str], name: str, matrix: NDArray[Any]) -> str:
        states, scale = source
        if not self.int8:
            return self.node("MatMul", states, self.constant(f"{name}.matrix", matrix))
        values, scales = quantise(matrix, MATRIX_LIMIT)
        product = self.node(
            "MatMulIntegerToFloat",
            states,
            self.constant(f"{name}.matrix", values),
            self.constant("one", np.float32(1)),
            self.constant(f"{name}.scales", scales),
            self.constant("zero", np.uint8(ZERO)),
            domain=RUNTIME,
        )
        return self.node("Mul", product, scale)

    def normalise(self, states: str, name: str) -> str:
        gain = self.constant(f"{name}.gain", self.weights[f"{name}.weight"])
        offset = self.constant(f"{name}.offset", self.weights[f"{name}.bias"])
        return self.node("LayerNormalization", states, gain, offset, axis=-1, epsilon=EPSILON)

    def flat(self, states: str) -> str:
        return self.node("Reshape", states, self.constant("flat", [-1, self.hidden]))

    def folded(self, states: str) -> str:
        return self.node("Reshape", states, self.shape)

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: Any) -> str:
        """Name an array of the graph; fractions become float32, Python's whole numbers int64."""
        from onnx import numpy_helper

        array = np.array(value, order="C")
        if array.dtype.kind == "f":
            array = array.astype(np.float32)
        self.constants.setdefault(name, numpy_helper.from_array(array, name))
        return name
