"""Reads a log with pyarrow."""

import pyarrow
import pyarrow.compute
import pyarrow.csv


class Peer:
    version = "pyarrow " + pyarrow.__version__

    def __init__(self, files, threads):
        self.file = files["csv"]
        pyarrow.set_cpu_count(threads)
        pyarrow.set_io_thread_count(threads)

    def tasks(self, group):
        text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        encoded = {"event_type": text, "category_code": text, "brand": text}
        types = pyarrow.csv.ConvertOptions(
            column_types=encoded, timestamp_parsers=["%Y-%m-%d %H:%M:%S UTC"]
        )
        plain = pyarrow.csv.ConvertOptions(timestamp_parsers=["%Y-%m-%d %H:%M:%S UTC"])
        read = lambda options: pyarrow.csv.read_csv(self.file, convert_options=options)
        return {"load": {"read_csv": lambda: read(plain), "read_csv, encoded": lambda: read(types)}}

    def answer(self, task, formulation, result):
        return [result.num_rows, round(100 * pyarrow.compute.sum(result["price"]).as_py())]
