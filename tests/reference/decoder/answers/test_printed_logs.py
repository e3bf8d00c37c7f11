"""Logs that are printed in stems are those of the runs that verify the keys."""

import re

import pytest

from grader.quiz.bank.topics import load_topic
from grader.settings import shipped
from reference.decoder.answers.claims import kv_cache, output_and_softmax, training

ROUNDING = 0.02  # float32 training comes out a little differently on another CPU


def stem(name):
    return load_topic(shipped("questions"), name.partition(".")[0]).item(name).stem


def decimals(text):
    return [float(number) for number in re.findall(r"\d+\.\d{3}", text)]


def tokens(text):
    return [int(number) for number in text.split()]


def test_the_model_that_copies_its_last_token():
    shown, report = stem("training.copies-last-token"), training._report(0, "unshifted")
    assert decimals(shown)[1:] == pytest.approx(report.losses, abs=ROUNDING)
    printed = [tokens(row) for row in re.findall(r"^\[.*\]((?: +\d)+)$", shown, re.MULTILINE)]
    assert printed == report.continuations


def test_the_model_that_is_too_good_to_be_true():
    shown, report = stem("training.too-good-to-be-true"), training._report(1, "no mask")
    numbers = [*report.losses, report.prefix_loss]
    assert decimals(shown)[1:] == pytest.approx(numbers, abs=ROUNDING)
    assert tokens(shown.split("[3, 7, 2]")[1].split("```")[0]) == report.continuations[0]


def test_the_cache_that_disagrees():
    lines = re.findall(r"(\d+) +(\d+\.\d\d)$", stem("kv-cache.decode-disagrees"), re.MULTILINE)
    assert [(int(keys), float(gap)) for keys, gap in lines] == kv_cache.SHOWN


def test_the_padded_batch():
    gaps = re.findall(r"\d+\.\d\d$", stem("output-and-softmax.padded-batch"), re.MULTILINE)
    assert [float(gap) for gap in gaps] == output_and_softmax.SHOWN
