from __future__ import annotations

from netviz.ui.samples import ABOUT_LENGTH, first_sentences, samples


def test_the_samples_are_found_with_a_heading_a_sentence_and_files() -> None:
    found = {sample.name: sample for sample in samples()}
    assert {"aks-frontend-backend", "online-shop", "policytypes-pitfall"} <= set(found)
    for sample in found.values():
        assert sample.title
        assert sample.about.endswith(".")
        assert all(file.data for file in sample.files())
        assert all(not file.name.startswith("/") for file in sample.files())


def test_as_many_sentences_as_fit_are_shown() -> None:
    assert first_sentences("One. Two. Three.") == "One. Two. Three."
    assert first_sentences("One. " + "x" * ABOUT_LENGTH + ".") == "One."
