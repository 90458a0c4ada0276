from deploy.bench import compare


def test_the_ratio_is_the_median_of_the_rounds_ratios() -> None:
    pace = compare(100, [(1.0, 2.0), (2.0, 2.0), (4.0, 2.0)])
    assert (pace.ours, pace.plain, pace.ratio) == (50.0, 50.0, 1.0)
