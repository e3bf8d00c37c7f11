"""pygiftparser, a reader of GIFT that is not ours."""

import io
import logging
import sys
import warnings
from types import ModuleType


def read(content):
    """The questions by their titles."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # it needs this only to show questions, in a version that no longer runs everywhere
        sys.modules.setdefault("markdown", ModuleType("markdown"))
        from pygiftparser import parser
    logging.getLogger("pygiftparser").setLevel(logging.CRITICAL)
    return {
        question.title: question for question in parser.parseFile(io.StringIO(content.decode()))
    }
