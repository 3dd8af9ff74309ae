"""`volume.toml`: what is accepted, and what an editor is told who made a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.read import Manifest, ManifestError, read_manifest

GOOD = 'title = "临江年鉴"\nedition_year = 2010\nregion_code = "220681"\n'


def _write(folder: Path, text: str | bytes) -> Path:
    path = folder / "volume.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_key_may_be_absent(tmp_path: Path) -> None:
    assert read_manifest(_write(tmp_path, "")) == Manifest()
    assert read_manifest(_write(tmp_path, '# 待补\ntitle = " "\n')) == Manifest()


def test_a_byte_order_mark_and_carriage_returns_do_not_matter(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert read_manifest(_write(tmp_path, data)) == Manifest("临江年鉴", 2010, None, "220681")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (GOOD + "coverd_year = 2009\n", 4, "did you mean covered_year?"),
        (GOOD + "editor = 1\n", 4, "the keys are title"),
        ('title = "临江年鉴"\n\nedition_year = "2010"\n', 3, "edition_year = 2010"),
        ("edition_year = 20100\n", 1, "1900–2100"),
        ("edition_year = true\n", 1, "without quotes"),
        ("covered_year = 1899\n", 1, "1900–2100"),
        ("title = 2010\n", 1, "title"),
        ("region_code = 330100\n", 1, 'region_code = "330100"'),
        ('region_code = "3301"\n', 1, "six digits"),
        ("title = 临江年鉴\n", 1, "TOML"),
        (GOOD + 'category = "城市供水\n', 4, "TOML"),
        (GOOD + 'title = "又一个"\n', 4, "TOML"),
        (GOOD.encode() + "category = \"城市供水\"\n".encode("gb18030"), 4, "save the file as UTF-8"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_remedy(
    tmp_path: Path, text: str | bytes, line: int, said: str
) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert caught.value.line == line
    assert f"{path}:{line}: " in str(caught.value)
    assert said in str(caught.value)
