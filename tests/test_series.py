"""Series: equations, simulation, and files of one's own."""

import json

import numpy as np
import pytest
import xarray as xr

from tausweep import config, series
from tausweep.series import files
from tausweep.series.simulate import orbit
from tausweep.series.systems import SYSTEMS, Duffing, Lorenz63, Rossler

SYSTEM = {
    "lorenz63": Lorenz63(sigma=10.0, rho=28.0, beta=8 / 3),
    "rossler": Rossler(a=0.2, b=0.2, c=5.7),
    "duffing": Duffing(alpha=-1.0, beta=1.0, gamma=0.35, delta=0.1, omega=1.4),
}
CELL = {
    "lorenz63": config.Lorenz63(system="lorenz63", steps=2_000),
    "rossler": config.Rossler(system="rossler", steps=2_000),
    "duffing": config.Duffing(system="duffing", steps=2_000),
}


def test_every_system_is_tested():
    assert set(SYSTEM) == set(CELL) == set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEM.values(), ids=SYSTEM)
class TestEquations:
    def test_jacobian_is_the_derivative_of_the_equations(self, system):
        state = np.random.default_rng(0).normal(size=(5, system.dimension))
        time, step = np.linspace(0.0, 4.0, 5), 1e-5
        columns = [
            (system.derivative(time, state + h) - system.derivative(time, state - h)) / (2 * step)
            for h in step * np.eye(system.dimension)
        ]
        found = system.jacobian(time, state)
        np.testing.assert_allclose(found, np.stack(columns, axis=-1), atol=1e-8)

    def test_an_ensemble_is_its_members(self, system):
        state = np.random.default_rng(1).normal(size=(4, system.dimension))
        for whole in (system.derivative, system.jacobian, system.observe):
            each = [whole(0.3, one) for one in state]
            np.testing.assert_allclose(whole(np.full(4, 0.3), state), each, rtol=1e-14)

    def test_orbits_from_random_states_stay_bounded(self, system):
        rng = np.random.default_rng(2)
        for _ in range(20):
            x = orbit(system, system.draw(rng), np.linspace(0.0, 5.0, 50), transient=50.0)
            assert np.abs(x).max() < 100

    def test_the_orbit_obeys_the_equations(self, system):
        time = np.arange(0.0, 2.0, 1e-3)
        x = orbit(system, system.draw(np.random.default_rng(3)), time, transient=20.0)
        state = x[:, : system.dimension]
        found = (state[2:] - state[:-2]) / 2e-3
        expected = system.derivative(time[1:-1], state[1:-1])
        assert np.abs(found - expected).max() < 1e-3 * np.abs(expected).max()


@pytest.mark.parametrize("cell", CELL.values(), ids=CELL)
class TestSimulated:
    def test_it_has_the_shape_of_a_series(self, cell):
        found = series.run(cell)
        assert found["x"].dims == ("time", "variable")
        assert found["x"].shape == (2_000, 3)
        assert found["x"].dtype == np.float64
        np.testing.assert_allclose(np.diff(found["time"]), cell.dt)
        assert found.attrs["dt"] == cell.dt
        assert json.loads(found.attrs["parameters"]) == cell.parameters.model_dump()
        for name in found.variables:
            assert {"long_name", "units"} <= set(found[name].attrs), name

    def test_the_seed_decides(self, cell):
        again, other = series.run(cell), series.run(cell.model_copy(update={"seed": 1}))
        xr.testing.assert_identical(series.run(cell), again)
        assert not np.allclose(again["x"], other["x"])

    def test_half_the_sampling_interval_gives_the_samples_between(self, cell):
        fine = series.run(cell.model_copy(update={"dt": cell.dt / 2, "steps": 100}))
        np.testing.assert_allclose(series.run(cell)["x"][:50], fine["x"][::2], atol=1e-3)


def test_drive_is_the_cosine_of_time():
    found = series.run(CELL["duffing"])
    np.testing.assert_array_equal(found["x"].sel(variable="drive"), np.cos(1.4 * found["time"]))


def test_literature_is_given_for_its_own_parameters_only():
    assert series.run(CELL["lorenz63"]).attrs["literature_lambda_max"] == 0.9056
    other = config.Lorenz63(system="lorenz63", steps=10, parameters={"rho": 28.1})
    assert "literature_lambda_max" not in series.run(other).attrs


def test_an_infinite_orbit_is_refused():
    cell = config.Duffing(system="duffing", steps=1_000, parameters={"beta": -1.0})
    with pytest.raises(
        ValueError, match=r"Duffing .* becomes infinite with alpha = -1.*choose other"
    ):
        series.run(cell)


# ----------------------------------------------------------------------------------- own files


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(200, 2))


def test_npy_round_trip(tmp_path, x):
    np.save(tmp_path / "a.npy", x)
    cell = config.File(system="file", path="anything", dt=0.5, time_unit="day")
    found = series.run(cell, files.read(tmp_path / "a.npy"))
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_array_equal(found["time"], 0.5 * np.arange(200))
    assert found["variable"].values.tolist() == ["x0", "x1"]
    assert found["time"].attrs["units"] == "day"
    assert found.attrs["system"] == "file"


@pytest.mark.parametrize("header", ["", "temperature, wind\n"])
def test_csv_round_trip(tmp_path, x, header):
    path = tmp_path / "a.csv"
    path.write_text(header + "\n".join(f"{a!r},{b!r}" for a, b in x.tolist()) + "\n")
    found = files.read(path)
    np.testing.assert_array_equal(found["x"], x)
    names = ["temperature", "wind"] if header else ["x0", "x1"]
    assert found["variable"].values.tolist() == names


def test_netcdf_round_trip(tmp_path, x):
    path = tmp_path / "a.nc"
    table = xr.DataArray(x.T, dims=("gauge", "time"), coords={"gauge": ["north", "south"]})
    xr.Dataset({"level": table, "station": 7}).to_netcdf(path)
    found = files.read(path)
    np.testing.assert_array_equal(found["x"], x)
    assert found["variable"].values.tolist() == ["north", "south"]


def test_one_variable_may_come_without_its_axis(tmp_path, x):
    np.save(tmp_path / "a.npy", x[:, 0])
    assert files.read(tmp_path / "a.npy")["x"].shape == (200, 1)


def _with(x, row, column, value):
    x = x.copy()
    x[row, column] = value
    return x


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: _with(x, 17, 1, np.nan), r"1 values .* NaN .* sample 17 of variable 'x1'"),
        (lambda x: _with(x, slice(3, 6), 0, np.inf), r"3 values .* sample 3 of variable 'x0'"),
        (lambda x: _with(x, slice(None), 1, 4.5), r"variable 'x1' is constant \(4.5\): remove it"),
        (lambda x: _with(x, slice(None), 0, 0.1 * np.arange(200)), r"'x0' only counts time"),
        (lambda x: x[:50], r"found 50 samples: give at least 100"),
        (lambda x: x.T, r"found 2 rows of 200 columns: .* transpose"),
        (lambda x: x[None], r"shape \(1, 200, 2\): save it as \(time, variable\)"),
        (lambda x: x + 1j, r"values of type complex128: save real numbers"),
        (lambda x: x.astype(object), r"not a whole .npy file of numbers"),
    ],
)
def test_a_file_that_is_no_series_is_refused_in_one_line(tmp_path, x, spoil, message):
    path = tmp_path / "mine.npy"
    np.save(path, spoil(x))
    with pytest.raises(ValueError, match=message) as error:
        files.read(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n" + "1.0,2.0\n" * 9 + "1.0,oops\n", r"'oops'.*row 9"),
        ("a,b\n" + "1.0,2.0\n" * 9 + "1.0,\n", r"row 9"),
        ("a,b\n" + "1.0,2.0,3.0\n" * 200, r"2 names in the header row and 3 columns"),
        ("a,a\n" + "1.0,2.0\n2.0,1.0\n" * 200, r"columns of the same name"),
        ("", r"no rows of numbers"),
    ],
)
def test_a_table_that_is_no_series_is_refused_in_one_line(tmp_path, text, message):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        files.read(path)
    assert str(error.value).startswith(str(path))


def test_missing_unknown_and_damaged_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none\.npy: no such file"):
        files.read(tmp_path / "none.npy")
    (tmp_path / "a.txt").write_text("1")
    with pytest.raises(ValueError, match=r"kind '\.txt': save it as one of \.npy, \.csv, \.nc"):
        files.read(tmp_path / "a.txt")
    (tmp_path / "b.npy").write_bytes(b"")
    with pytest.raises(ValueError, match=r"b\.npy: not a whole \.npy file of numbers: write it"):
        files.read(tmp_path / "b.npy")
    (tmp_path / "b.csv").write_text("u,v\n1,2\n3,four\n")
    with pytest.raises(ValueError, match=r"b\.csv: not a table of numbers \(.*'four'.*commas"):
        files.read(tmp_path / "b.csv")
    for name in ("a.npy", "a.nc"):
        (tmp_path / name).write_text("this is neither")
        with pytest.raises(ValueError, match=name):
            files.read(tmp_path / name)


def test_a_netcdf_file_must_hold_one_table(tmp_path, x):
    xr.Dataset({"a": (("t", "v"), x), "b": (("t", "v"), x)}).to_netcdf(tmp_path / "a.nc")
    with pytest.raises(ValueError, match=r"found 2 variables of two dimensions \(a, b\)"):
        files.read(tmp_path / "a.nc")


def test_the_drive_of_duffing_can_be_an_external_input():
    inside = series.run(CELL["duffing"])
    beside = series.run(config.Duffing(system="duffing", steps=2_000, drive="input"))
    assert beside["variable"].values.tolist() == ["x", "v"]
    assert beside["channel"].values.tolist() == ["drive"]
    np.testing.assert_array_equal(beside["input"][:, 0], inside["x"][:, 2])
    np.testing.assert_array_equal(beside["x"], inside["x"][:, :2])
    assert {"long_name", "units"} <= set(beside["input"].attrs)


def test_columns_of_a_file_can_be_external_inputs(tmp_path):
    x = np.random.default_rng(0).standard_normal((200, 3))
    np.savetxt(tmp_path / "a.csv", x, delimiter=",", header="p,q,r", comments="")
    raw = files.read(tmp_path / "a.csv")
    cell = config.File(system="file", path="a.csv", inputs=["r", "p"])
    found = series.run(cell, raw)
    assert found["variable"].values.tolist() == ["q"]
    np.testing.assert_allclose(found["input"], x[:, [2, 0]])
    for inputs, message in (
        (["s"], "inputs names 's', but the columns are p, q, r"),
        (["p", "q", "r"], "inputs names all columns"),
    ):
        with pytest.raises(ValueError, match=message):
            series.run(config.File(system="file", path="a.csv", inputs=inputs), raw)
