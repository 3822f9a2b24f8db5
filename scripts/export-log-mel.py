#!/usr/bin/env python3
"""Writes src/runner/graphs/log-mel.onnx, the log-mel features of Whisper as a graph. Run it again only to change them.

Needs Python 3.11 and onnx 1.23. `samples` [frames * 160 + 240] is the sound with 200 samples of context before it;
`mel_filters` [mels, 201]; `input_features` [1, mels, frames] is what transformers' WhisperFeatureExtractor makes.
With --compare, onnxruntime and transformers compute the features of WAV files (16 kHz, 16 bit, mono) and the largest
difference is printed; with --record too, some of transformers' numbers of the first file go to a file for the tests:
test/fixtures/log-mel.json is that of test/fixtures/media/english-16k.wav.
"""

import argparse
import json
import wave
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE, HOP, BINS = 400, 160, 201  # samples of a frame, from frame to frame, frequencies of a real spectrum
ROW = 80  # samples: the greatest common divisor of SIZE and HOP
LARGEST = 2**31 - 1


def spectrum_weights() -> dict[str, np.ndarray]:
    """Cosines and sines [200, 201] for samples 1 to 200 of a frame, with its periodic Hann window folded in."""
    sample = np.arange(1, SIZE // 2 + 1)[:, None]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * sample / SIZE)
    # Each stands for itself and its mirror image; the middle one has none and is met twice.
    window[-1] *= 0.5
    angle = 2 * np.pi * sample * np.arange(BINS) / SIZE
    return {"cosines": np.float32(window * np.cos(angle)), "sines": np.float32(window * np.sin(angle))}


def framing() -> tuple[list[onnx.NodeProto], dict[str, np.ndarray]]:
    """`samples` to `frames` [frames, 400] by joining five rows of 80, every second row being a beginning."""
    rows = SIZE // ROW
    nodes = [helper.make_node("Reshape", ["samples", "row_shape"], ["rows"])]
    values = {"row_shape": np.int64([-1, ROW]), "axis_0": np.int64([0]), "row_step": np.int64([HOP // ROW])}
    for row in range(rows):
        values |= {f"from_{row}": np.int64([row]), f"to_{row}": np.int64([row - rows + 1 or LARGEST])}
        nodes.append(helper.make_node("Slice", ["rows", f"from_{row}", f"to_{row}", "axis_0", "row_step"], [f"part_{row}"]))
    parts = [f"part_{row}" for row in range(rows)]
    return [*nodes, helper.make_node("Concat", parts, ["frames"], axis=1)], values


def power() -> tuple[list[onnx.NodeProto], dict[str, np.ndarray]]:
    """`frames` to `power` [frames, 201]. The window is symmetric, so mirrored samples are joined first: half the work.

    Sample 0 has weight 0 in a periodic Hann window and is left out."""
    values = {"axis_1": np.int64([1]), "one": np.int64([1]), "minus_one": np.int64([-1])}
    values |= {"head_end": np.int64([SIZE // 2 + 1]), "tail_end": np.int64([SIZE // 2 - 1])} | spectrum_weights()
    nodes = [
        helper.make_node("Slice", ["frames", "one", "head_end", "axis_1", "one"], ["head"]),
        helper.make_node("Slice", ["frames", "minus_one", "tail_end", "axis_1", "minus_one"], ["tail"]),
        helper.make_node("Add", ["head", "tail"], ["even"]),
        helper.make_node("Sub", ["head", "tail"], ["odd"]),
        helper.make_node("MatMul", ["even", "cosines"], ["real"]),
        helper.make_node("MatMul", ["odd", "sines"], ["imaginary"]),
        helper.make_node("Mul", ["real", "real"], ["real_squared"]),
        helper.make_node("Mul", ["imaginary", "imaginary"], ["imaginary_squared"]),
        helper.make_node("Add", ["real_squared", "imaginary_squared"], ["power"]),
    ]
    return nodes, values


def log_mel() -> tuple[list[onnx.NodeProto], dict[str, np.ndarray]]:
    """`power` to `input_features`: log10 of the mel bands, at most 8 decades below the loudest, then (x + 4) / 4."""
    numbers = {"least": 1e-10, "log10_e": 1 / np.log(10), "decades": 8, "four": 4, "quarter": 0.25}
    nodes = [
        helper.make_node("Transpose", ["power"], ["by_bin"], perm=[1, 0]),
        helper.make_node("MatMul", ["mel_filters", "by_bin"], ["mel"]),
        helper.make_node("Max", ["mel", "least"], ["audible"]),
        helper.make_node("Log", ["audible"], ["natural"]),
        helper.make_node("Mul", ["natural", "log10_e"], ["log"]),
        helper.make_node("ReduceMax", ["log"], ["loudest"], keepdims=1),
        helper.make_node("Sub", ["loudest", "decades"], ["floor"]),
        helper.make_node("Max", ["log", "floor"], ["clamped"]),
        helper.make_node("Add", ["clamped", "four"], ["raised"]),
        helper.make_node("Mul", ["raised", "quarter"], ["scaled"]),
        helper.make_node("Unsqueeze", ["scaled", "axis_0"], ["input_features"]),
    ]
    return nodes, {name: np.float32(number) for name, number in numbers.items()}


def compare(graph: Path, files: list[Path], record: Path | None) -> None:
    """Prints each file's largest difference from transformers; 80 and 128 bands, windows of 30 s."""
    import onnxruntime
    import transformers

    session = onnxruntime.InferenceSession(graph)
    columns = [0, 1, 5, 10, 50, 100, 2999]
    for file in files:
        with wave.open(str(file)) as sound:
            samples = np.frombuffer(sound.readframes(480_000), "<i2").astype(np.float32) / 32_768
        window = np.pad(samples, (0, 480_000 - len(samples)))
        padded = np.concatenate([window[SIZE // 2 : 0 : -1], window, window[-2:-42:-1]])
        for mels in (80, 128):
            extractor = transformers.WhisperFeatureExtractor(feature_size=mels)
            # The path without PyTorch: it computes in double precision; with PyTorch the same class is up to 5e-5 off it.
            expected = extractor._np_extract_fbank_features(window[None], device="cpu")[0]
            filters = np.float32(extractor.mel_filters.T)
            made = session.run(None, {"samples": padded, "mel_filters": filters})[0][0]
            print(f"{file.name}, {mels} bands: largest difference {np.abs(made - expected).max():.1e}")
            if record and file == files[0] and mels == 80:
                values = {str(column): [round(float(value), 6) for value in expected[:, column]] for column in columns}
                body = {"transformers": transformers.__version__, "sound": file.name, "columns": values}
                record.write_text(json.dumps(body) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parent.parent / "src" / "runner" / "graphs" / "log-mel.onnx"
    parser.add_argument("--out", type=Path, default=default)
    parser.add_argument("--compare", type=Path, nargs="+", metavar="WAV", default=[])
    parser.add_argument("--record", type=Path, metavar="JSON")
    options = parser.parse_args()
    out = options.out

    nodes: list[onnx.NodeProto] = []
    values: dict[str, np.ndarray] = {}
    for part_nodes, part_values in (framing(), power(), log_mel()):
        nodes += part_nodes
        values |= part_values
    inputs = [
        helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["samples"]),
        helper.make_tensor_value_info("mel_filters", TensorProto.FLOAT, ["mels", BINS]),
    ]
    outputs = [helper.make_tensor_value_info("input_features", TensorProto.FLOAT, [1, "mels", "frames"])]
    constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]
    graph = helper.make_graph(nodes, "log_mel", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, out)
    print(f"{out}: {out.stat().st_size} bytes")
    compare(out, options.compare, options.record)


if __name__ == "__main__":
    main()
