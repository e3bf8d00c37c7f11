import pytest

from grader.quiz.imports.file_text import FileText, Undecodable, decoded

TEXT = "Größe \u2013 {T}"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_kind_of_unicode_is_read(encoding):
    assert decoded(TEXT.encode(encoding)) == FileText(TEXT)


def test_utf_16_with_its_mark_is_read_in_either_order():
    for mark, order in ((b"\xff\xfe", "le"), (b"\xfe\xff", "be")):
        assert decoded(mark + TEXT.encode(f"utf-16-{order}")) == FileText(TEXT)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_declared_encoding_is_believed(quote):
    head = f"<?xml version={quote}1.0{quote} encoding={quote}ISO-8859-1{quote}?><quiz>Größe</quiz>"
    assert decoded(head.encode("latin-1")) == FileText(head)


def test_an_encoding_may_be_declared_in_a_comment_of_gift():
    text = "// -*- coding: latin-1 -*-\nGröße?{T}"
    assert decoded(text.encode("latin-1")) == FileText(text)


def test_utf_16_is_not_believed_of_a_file_with_single_bytes():
    head = '<?xml version="1.0" encoding="UTF-16"?><quiz>ö</quiz>'
    assert decoded(head.encode()) == FileText(head)


def test_windows_text_without_a_word_is_read_and_said():
    read = decoded("Größe \u2013 {T}".encode("cp1252"))
    assert read.text == "Größe \u2013 {T}"
    assert read.note == "it is not UTF-8: read as Windows-1252, so look at its letters"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe{ba", "begins like UTF-16, and is not"),
        (b"\x89PNG\r\n\x1a\n\x00\x81", "is not text in UTF-8"),
        (b'<?xml version="1.0" encoding="nonsense"?><quiz/>', "declares the encoding 'nonsense'"),
        (b'<?xml version="1.0" encoding="rot13"?><quiz/>', "declares the encoding 'rot13'"),
    ],
)
def test_what_is_no_text_is_refused_with_the_true_reason(data, why):
    with pytest.raises(Undecodable, match=why):
        decoded(data)
