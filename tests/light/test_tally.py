from hypothesis import given
from hypothesis import strategies as st

from installation.light.tally import Tally


def test_a_spark_that_was_in_a_given_frame_is_lit():
    account = Tally()
    account.given(entered=3, left=0)
    account.given(entered=5, left=3)
    assert (account.lit, account.lost) == (5, 0)


def test_a_spark_that_came_and_went_between_two_frames_is_lost():
    account = Tally()
    account.given(entered=2, left=0)
    account.given(entered=9, left=6)
    assert (account.lit, account.lost) == (2 + 3, 4)


def test_an_old_frame_changes_nothing():
    account = Tally()
    account.given(entered=9, left=0)
    account.given(entered=4, left=0)
    assert (account.lit, account.lost) == (9, 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), max_size=60))
def test_none_is_counted_twice_or_forgotten(steps):
    account, entered, left = Tally(), 0, 0
    for came, went, was_given in steps:
        entered += came
        left = min(left + went, entered)
        before = account.settled
        if was_given:
            account.given(entered, left)
            assert account.settled == entered
        else:
            account.gone(left)
            assert account.settled == max(before, left)
    assert account.lit >= 0 <= account.lost
