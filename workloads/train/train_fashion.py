#!/usr/bin/python3
"""Trains fashion_resnet or fashion_vit on Fashion-MNIST and writes the ONNX file with its provenance. See README.md."""
import argparse
import platform
import time

import numpy
import onnx
import torch

from images import augmented, read_idx
from networks import ResNet, VisionTransformer

CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
# Of the 55,000 images of the training split, pixels scaled to 0..1; check_constants() computes them again.
MEAN, STD = 0.2858, 0.3529
TRAINING = 55000  # of the 60,000 training images; the last 5,000 are for validation
BATCH = 128


def load(folder, split):
    images = torch.from_numpy(read_idx(f"{folder}/{split}-images-idx3-ubyte.gz").copy()).unsqueeze(1)
    labels = torch.from_numpy(read_idx(f"{folder}/{split}-labels-idx1-ubyte.gz").astype(numpy.int64))
    return images, labels


def normalized(pixels):
    return (pixels.float() / 255 - MEAN) / STD


def check_constants(images):
    scaled = images.double() / 255
    if round(scaled.mean().item(), 4) != MEAN or round(scaled.std().item(), 4) != STD:
        raise SystemExit(f"mean and standard deviation are {scaled.mean():.4f} and {scaled.std():.4f}")


@torch.no_grad()
def accuracy(network, images, labels):
    network.eval()
    right = 0
    for start in range(0, len(images), 500):
        right += (network(normalized(images[start:start + 500])).argmax(1) == labels[start:start + 500]).sum().item()
    return right / len(images)


def train(network, images, labels, epochs, rate, decay, generator):
    """AdamW under a one-cycle schedule; weight decay on matrices only. Every epoch's validation accuracy is printed, the last weights are kept."""
    matrices = [p for p in network.parameters() if p.dim() > 1]
    vectors = [p for p in network.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0}], lr=rate)
    steps = (TRAINING + BATCH - 1) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * steps, pct_start=0.2)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.05)
    for epoch in range(epochs):
        network.train()
        for chosen in torch.randperm(TRAINING, generator=generator).split(BATCH):
            optimizer.zero_grad()
            loss_of(network(normalized(augmented(images[chosen], 1, generator))), labels[chosen]).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1)
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {epochs}: validation {accuracy(network, images[TRAINING:], labels[TRAINING:]):.4f},"
              f" {time.process_time() / 60:.1f} CPU minutes", flush=True)


def export(network, path, facts):
    network.eval()
    torch.onnx.export(network, torch.zeros(1, 1, 28, 28), path, opset_version=13, input_names=["image"], output_names=["logits"])
    model = onnx.load(path)
    model.doc_string = facts["provenance"]
    onnx.helper.set_model_props(model, facts)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=["fashion_resnet", "fashion_vit"])
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="folder of the four IDX files")
    parser.add_argument("--output", required=True, help="ONNX file to write")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    is_resnet = arguments.network == "fashion_resnet"
    epochs = arguments.epochs or (6 if is_resnet else 12)
    torch.set_num_threads(1)  # sums in one order: the same seed gives the same weights
    torch.manual_seed(arguments.seed)
    generator = torch.Generator().manual_seed(arguments.seed)
    images, labels = load(arguments.data, "train")
    check_constants(images[:TRAINING])
    network = ResNet() if is_resnet else VisionTransformer()
    if is_resnet:
        train(network, images, labels, epochs, 5e-3, 0.05, generator)
    else:
        train(network, images, labels, epochs, 2e-3, 0.05, generator)
    validation = accuracy(network, images[TRAINING:], labels[TRAINING:])
    minutes = time.process_time() / 60
    test = accuracy(network, *load(arguments.data, "t10k"))
    parameters = sum(p.numel() for p in network.parameters())
    print(f"{parameters} parameters, validation {validation:.4f}, test {test:.4f}, {minutes:.1f} CPU minutes")
    export(network, arguments.output, {
        "provenance": f"Symmetree, workloads/train/train_fashion.py {arguments.network}, seed {arguments.seed}, {epochs} epochs, "
                      f"{minutes:.0f} CPU minutes; Python {platform.python_version()}, PyTorch {torch.__version__}, "
                      f"ONNX {onnx.__version__} of Debian 12",
        "data_set": "Fashion-MNIST (Zalando SE, MIT licence): 55,000 images for training, 5,000 for validation, 10,000 for the test, after the last epoch",
        "accuracy.validation": f"{validation:.4f}",
        "accuracy.test": f"{test:.4f}",
        "normalization.divisor": "255",
        "normalization.mean": str(MEAN),
        "normalization.std": str(STD),
        "classes": ",".join(CLASSES),
    })


if __name__ == "__main__":
    main()
