"""Exports PyTorch models to ONNX with parameters under their own names, checks them, reads weights back."""

import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import nn

OPSET = 17  # what the hub's exports of these models carry
TOLERANCE = 1e-4
TRANSPOSED = ".T"  # suffix of a weight stored as its transpose, so that no Transpose node is left

Axes = dict[str, dict[int, str]]


class Outputs(nn.Module):
    """Calls `model` with named tensors and returns the named parts of its answer."""

    def __init__(self, model: nn.Module, inputs: list[str], outputs: list[str]) -> None:
        super().__init__()
        self.model, self.inputs, self.outputs = model, inputs, outputs

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        result = self.model(**dict(zip(self.inputs, tensors, strict=True)))
        return tuple(result[name] for name in self.outputs)


def export(module: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], axes: Axes) -> onnx.ModelProto:
    """The graph of `module`, which takes the tensors of `inputs` in order; `axes` names the dynamic dimensions."""
    module.eval()  # the exporter restores the wrapper's mode afterwards, and with it the dropout of the model inside
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            buffer,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
            do_constant_folding=False,  # folding renames the weights
        )
    model = onnx.load_model_from_string(buffer.getvalue())
    _fold_transposes(model.graph)
    for node in model.graph.node:
        node.ClearField("doc_string")
    return model


def _fold_transposes(graph: onnx.GraphProto) -> None:
    """Stores each weight that is only ever transposed in the transposed form, as the hub's exports do."""
    weights = {tensor.name: tensor for tensor in graph.initializer}
    uses = [name for node in graph.node for name in node.input]
    for node in [node for node in graph.node if node.op_type == "Transpose"]:
        source = weights.get(node.input[0])
        if source is None or uses.count(source.name) > 1:
            continue
        order = list(node.attribute[0].ints)
        source.CopyFrom(
            numpy_helper.from_array(numpy_helper.to_array(source).transpose(order).copy(), source.name + TRANSPOSED)
        )
        _rename_input(graph, node.output[0], source.name)
        graph.node.remove(node)


def _rename_input(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for index, name in enumerate(node.input):
            if name == old:
                node.input[index] = new


def compact(graph: onnx.GraphProto) -> None:
    """Gives inner values and nodes the shortest names: in a tiny graph they outweigh the weights."""
    kept = {value.name for value in [*graph.input, *graph.output, *graph.initializer]}
    short: dict[str, str] = {}
    for node in graph.node:
        node.ClearField("name")
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name and name not in kept:
                    names[index] = short.setdefault(name, f"v{len(short)}")


def weights_of(path: Path, prefix: str = "model.") -> dict[str, torch.Tensor]:
    """The parameters in an exported graph under the names that PyTorch has for them."""
    state = {}
    for tensor in onnx.load(path).graph.initializer:
        array = numpy_helper.to_array(tensor)
        name = tensor.name.removeprefix(prefix)
        if name.endswith(TRANSPOSED):
            name, array = name.removesuffix(TRANSPOSED), array.swapaxes(-1, -2)
        state[name] = torch.from_numpy(np.array(array))
    return state


def check(path: Path, module: nn.Module, inputs: dict[str, torch.Tensor]) -> float:
    """The largest difference between the file's outputs and PyTorch's; raises above the tolerance."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    got = session.run(None, {name: tensor.numpy() for name, tensor in inputs.items()})
    with torch.no_grad():
        wanted = module(*inputs.values())
    worst = 0.0
    for ours, theirs in zip(got, wanted, strict=True):
        if ours.shape != tuple(theirs.shape):
            raise ValueError(f"{path}: shape {ours.shape} instead of {tuple(theirs.shape)}")
        worst = max(worst, float(np.abs(ours - theirs.numpy()).max(initial=0)))
    if worst > TOLERANCE:
        raise ValueError(f"{path}: ONNX and PyTorch differ by {worst}")
    return worst
