"""Cells of tables: what they say is read back as it was."""

import itertools

import pytest

from newstance.service.cells import as_meant, safe_cell

# Formulas, what stands before them unseen, borders, apostrophes and letters, in every order.
TEXTS = ["".join(parts) for length in range(6) for parts in itertools.product("='\t; a", repeat=length)]


def test_no_two_texts_have_one_cell_and_each_is_read_back():
    assert len({safe_cell(text) for text in TEXTS}) == len(TEXTS)
    assert [as_meant(safe_cell(text)) for text in TEXTS] == TEXTS


@pytest.mark.parametrize("cell", ["=1+1", "- She\n- He", "'- She\n- He", "'Tis\n- so", "a;=b;'=c"])
def test_a_cell_that_is_not_ours_stays_as_it_is(cell):
    assert as_meant(cell) == cell
