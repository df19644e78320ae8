"""The BERT encoder behind all-MiniLM-L6-v2 as an ONNX graph, made from its weights alone.

The graph follows Devlin et al. 2019 (post-norm transformer encoder, exact GELU); names of
the weights are those of the published ``model.safetensors``. Only preparing a model imports
``onnx``; running it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[Any]]

HEADS = 12
EPSILON = 1e-12
OPSET = 20


def build_encoder(weights: Weights, heads: int = HEADS, int8: bool = True) -> Any:
    """Return the encoder as an ``onnx.ModelProto``, its matrices in int8 or in float32.

    Inputs: ``ids`` int64 (batch, length), ``positions`` int64 (1, length) and ``bias``
    float32 (batch, 1, 1, length), added to the attention scores (0 for a token, a large
    negative number for padding). Output: ``states`` float32 (batch, length, hidden).
    Pooling is left to the caller. Hidden size, layers and vocabulary follow the weights.
    """
    graph = _Graph(weights, heads, int8)
    return graph.model()


def quantise(matrix: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 values and one scale a column, so that ``values * scales`` is near ``matrix``.

    Symmetric, to the largest magnitude of each column; a column of zeros has the scale 1.
    """
    largest = np.abs(matrix).max(axis=0)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(matrix / scales).astype(np.int8), scales


class _Graph:
    """Nodes and initializers of one encoder while it is put together."""

    def __init__(self, weights: Weights, heads: int, int8: bool) -> None:
        self.weights = weights
        self.int8 = int8
        self.heads = heads
        self.hidden = weights["embeddings.word_embeddings.weight"].shape[1]
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def model(self) -> Any:
        from onnx import TensorProto, checker, helper

        states = self.embed()
        layers = 0
        while f"encoder.layer.{layers}.output.dense.weight" in self.weights:
            states = self.layer(states, f"encoder.layer.{layers}")
            layers += 1
        self.nodes[-1].output[0] = "states"
        graph = helper.make_graph(
            self.nodes,
            "encoder",
            [
                helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"]),
                helper.make_tensor_value_info("positions", TensorProto.INT64, [1, "length"]),
                helper.make_tensor_value_info("bias", TensorProto.FLOAT, ["batch", 1, 1, "length"]),
            ],
            [
                helper.make_tensor_value_info(
                    "states", TensorProto.FLOAT, ["batch", "length", self.hidden]
                )
            ],
            self.initializers,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10
        )
        checker.check_model(model, full_check=True)
        return model

    def embed(self) -> str:
        """Word, position and type embeddings, normalised. Sentences are all of type 0."""
        types = self.weights["embeddings.token_type_embeddings.weight"][0]
        places = self.constant(
            "places", self.weights["embeddings.position_embeddings.weight"] + types
        )
        summed = self.node("Add", self.look_up(), self.node("Gather", places, "positions"))
        return self.normalise(summed, "embeddings.LayerNorm")

    def look_up(self) -> str:
        words = self.weights["embeddings.word_embeddings.weight"]
        if not self.int8:
            return self.node("Gather", self.constant("words", words), "ids")
        values, scales = quantise(words.T)
        row = self.node("Gather", self.constant("words", values.T), "ids")
        scale = self.node("Gather", self.constant("words.scales", scales[:, None]), "ids")
        return self.node("Mul", self.to_float(row), scale)

    def layer(self, states: str, name: str) -> str:
        """One layer: attention and feed-forward, each added to its input and normalised."""
        attended = self.dense(self.attend(states, name), f"{name}.attention.output.dense")
        states = self.normalise(
            self.node("Add", attended, states), f"{name}.attention.output.LayerNorm"
        )
        inner = self.node("Gelu", self.dense(states, f"{name}.intermediate.dense"))
        fed = self.dense(inner, f"{name}.output.dense")
        return self.normalise(self.node("Add", fed, states), f"{name}.output.LayerNorm")

    def attend(self, states: str, name: str) -> str:
        """Multi-head attention with one joint projection; 1/sqrt(d) is folded into the query."""
        size = self.hidden // self.heads
        matrices, offsets = [], []
        for part, scale in (("query", size**-0.5), ("key", 1.0), ("value", 1.0)):
            weight = self.weights[f"{name}.attention.self.{part}.weight"]
            matrices.append(weight.T * scale)
            offsets.append(self.weights[f"{name}.attention.self.{part}.bias"] * scale)
        joint = self.affine(
            states, f"{name}.attention.self", np.hstack(matrices), np.hstack(offsets)
        )
        shape = self.constant(
            f"{name}.split", np.array([0, 0, 3, self.heads, size], dtype=np.int64)
        )
        # (batch, length, 3, heads, d) -> (3, batch, heads, length, d)
        folded = self.node("Transpose", self.node("Reshape", joint, shape), perm=[2, 0, 3, 1, 4])
        query, key, value = (
            self.node("Gather", folded, self.constant(f"{name}.{i}", np.int64(i)), axis=0)
            for i in range(3)
        )
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 1, 3, 2]))
        weighed = self.node("Softmax", self.node("Add", scores, "bias"), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", weighed, value), perm=[0, 2, 1, 3])
        flat = self.constant(f"{name}.join", np.array([0, 0, self.hidden], dtype=np.int64))
        return self.node("Reshape", mixed, flat)

    def dense(self, states: str, name: str) -> str:
        weight, offset = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return self.affine(states, name, weight.T, offset)

    def affine(self, states: str, name: str, matrix: NDArray[Any], offset: NDArray[Any]) -> str:
        if self.int8:
            product = self.multiply(states, name, matrix)
        else:
            product = self.node("MatMul", states, self.constant(f"{name}.matrix", matrix))
        return self.node("Add", product, self.constant(f"{name}.offset", offset))

    def multiply(self, states: str, name: str, matrix: NDArray[Any]) -> str:
        """Multiply in integers; ONNX Runtime fuses these four nodes into one."""
        values, scales = quantise(matrix)
        whole, scale, zero = self.nodes_out("DynamicQuantizeLinear", states, count=3)
        product = self.node("MatMulInteger", whole, self.constant(f"{name}.matrix", values), zero)
        both = self.node("Mul", scale, self.constant(f"{name}.scales", scales))
        return self.node("Mul", self.to_float(product), both)

    def to_float(self, whole: str) -> str:
        from onnx import TensorProto

        return self.node("Cast", whole, to=TensorProto.FLOAT)

    def normalise(self, states: str, name: str) -> str:
        gain = self.constant(f"{name}.gain", self.weights[f"{name}.weight"])
        offset = self.constant(f"{name}.offset", self.weights[f"{name}.bias"])
        return self.node("LayerNormalization", states, gain, offset, axis=-1, epsilon=EPSILON)

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self.nodes_out(kind, *inputs, **attributes)[0]

    def nodes_out(self, kind: str, *inputs: str, count: int = 1, **attributes: Any) -> list[str]:
        from onnx import helper

        name = f"{kind}_{len(self.nodes)}"
        outputs = [f"{name}_{i}" for i in range(count)]
        self.nodes.append(helper.make_node(kind, list(inputs), outputs, name=name, **attributes))
        return outputs

    def constant(self, name: str, value: Any) -> str:
        from onnx import numpy_helper

        array = np.array(value, order="C")
        if array.dtype not in (np.int64, np.int8):
            array = array.astype(np.float32)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name
