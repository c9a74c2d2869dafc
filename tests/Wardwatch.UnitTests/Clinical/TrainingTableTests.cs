using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Shouldly;
using Wardwatch.Clinical.Anomaly;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

public class TrainingTableTests
{
    [Fact]
    public void Csv_is_read_with_missing_cells_quotes_and_labels()
    {
        var table = Csv("hr, spo2,note,label\r\n70,97,\"said \"\"fine\"\",\nthen slept\",0\r\n\r\n,NaN,x,1\n 1e2 ,NA,,0", ["spo2", "hr"], "label");
        table.Columns.ShouldBe(["spo2", "hr"]);
        table.RowMajor.ToArray().ShouldBe([97, 70, float.NaN, float.NaN, float.NaN, 100]);
        table.Labels.ToArray().ShouldBe([false, true, false]);
        table.RowCount.ShouldBe(3);
    }

    [Fact]
    public void Csv_without_a_choice_of_columns_gives_all_but_the_label()
    {
        var table = Csv("\uFEFFa,b,y\n1,2,0\n3,4,1\n", null, "y");
        table.Columns.ShouldBe(["a", "b"]);
        table.RowMajor.ToArray().ShouldBe([1, 2, 3, 4]);
        Csv("a,b\n1,2", null, null).HasLabels.ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a,a\n1,2", "repeat")]
    [InlineData("a,b\n1,2\n3", "Line 3 has 1 cells")]
    [InlineData("a,b\n1,two", "Line 2, column \"b\": \"two\" is not a number")]
    [InlineData("a,b\n1,Infinity", "not a number")]
    [InlineData("a,b\n1,\"2", "never closed")]
    public void Csv_that_is_no_table_is_refused_with_its_place(string text, string reason) =>
        Should.Throw<InvalidDataException>(() => Csv(text, null, null)).Message.ShouldContain(reason);

    [Fact]
    public void Csv_without_the_wanted_columns_says_which_there_are()
    {
        Should.Throw<InvalidDataException>(() => Csv("a,b\n1,2", ["hr"], null)).Message.ShouldContain("\"hr\"; there are a, b");
        Should.Throw<InvalidDataException>(() => Csv("a,b\n1,", null, "b")).Message.ShouldContain("label is missing");
    }

    [Fact]
    public void Selecting_columns_reorders_every_row()
    {
        var table = new TrainingTable(["a", "b", "c"], [1, 2, 3, 4, 5, 6], [true, false]).Select(["c", "a"]);
        table.RowMajor.ToArray().ShouldBe([3, 1, 6, 4]);
        table.Labels.ToArray().ShouldBe([true, false]);
        Should.Throw<ArgumentException>(() => table.Select(["b"]));
    }

    [Theory]
    [InlineData("<f8", false)]
    [InlineData("<f8", true)]
    [InlineData(">f4", true)]
    [InlineData("|u1", false)]
    [InlineData("<i4", true)]
    [InlineData(">i2", false)]
    [InlineData("<i8", false)]
    public void Npz_is_read_in_every_type_and_order(string type, bool columnsFirst)
    {
        double[,] matrix = { { 1, 2, 3 }, { 4, 5, 6 } };
        var table = Npz(("X.npy", Npy(type, columnsFirst, "(2, 3)", columnsFirst ? [1, 4, 2, 5, 3, 6] : [1, 2, 3, 4, 5, 6])), ("y.npy", Npy("|b1", false, "(2,)", [0, 1])));
        table.RowCount.ShouldBe(2);
        table.Columns.ShouldBe(["x0", "x1", "x2"]);
        for (int r = 0; r < 2; r++)
        {
            for (int c = 0; c < 3; c++)
                table.Row(r)[c].ShouldBe((float)matrix[r, c]);
        }

        table.Labels.ToArray().ShouldBe([false, true]);
    }

    [Fact]
    public void Npz_that_is_no_table_is_refused_with_a_reason()
    {
        Refused(("y.npy", Npy("<i4", false, "(1,)", [1]))).ShouldContain("no X.npy");
        Refused(("X.npy", Npy("<f8", false, "(3,)", [1, 2, 3]))).ShouldContain("rows and columns");
        Refused(("X.npy", Npy("<f8", false, "(2, 2)", [1, 2, 3]))).ShouldContain("shorter");
        Refused(("X.npy", Npy("<f8", false, "(2000000, 2000000)", [1]))).ShouldContain("refused");
        Refused(("X.npy", Npy("<f8", false, "(99999999999, 2)", [1]))).ShouldContain("length");
        Refused(("X.npy", Npy("|O8", false, "(1, 1)", []))).ShouldContain("number type");
        Refused(("X.npy", "no array at all"u8.ToArray())).ShouldContain("Not a NumPy array");
        Refused(("X.npy", [.. Npy("<f8", false, "(1, 1)", [1]).AsSpan(0, 20)])).ShouldContain("shorter");
        Refused(("X.npy", Npy("<f8", false, "(2, 1)", [1, 2])), ("y.npy", Npy("<i4", false, "(1,)", [1]))).ShouldContain("1 labels for 2 rows");
        using var notZip = new MemoryStream(new byte[100]);
        Should.Throw<InvalidDataException>(() => TrainingTable.ReadNpz(notZip, null));
    }

    [Fact]
    public void A_header_that_promises_much_sets_little_memory_aside()
    {
        byte[] archive = Archive(("X.npy", Npy("<f8", false, "(6000000, 10)", [1, 2, 3])));
        using var source = new MemoryStream(archive);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<InvalidDataException>(() => TrainingTable.ReadNpz(source, null));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2_000_000);
    }

    private static TrainingTable Csv(string text, string[]? columns, string? label)
    {
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return TrainingTable.ReadCsv(source, columns, label);
    }

    private static TrainingTable Npz(params (string Name, byte[] Content)[] entries)
    {
        using var source = new MemoryStream(Archive(entries));
        return TrainingTable.ReadNpz(source, null);
    }

    private static string Refused(params (string Name, byte[] Content)[] entries) =>
        Should.Throw<InvalidDataException>(() => Npz(entries)).Message;

    private static byte[] Archive(params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Npy(string type, bool columnsFirst, string shape, double[] values)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': {(columnsFirst ? "True" : "False")}, 'shape': {shape}, }}\n";
        var bytes = new List<byte> { 0x93 };
        bytes.AddRange("NUMPY"u8);
        bytes.AddRange([1, 0, (byte)(header.Length & 255), (byte)(header.Length >> 8)]);
        bytes.AddRange(Encoding.ASCII.GetBytes(header));
        byte[] one = new byte[8];
        int width = type[2] - '0';
        foreach (double value in values)
        {
            switch (type[1..])
            {
                case "f8": BinaryPrimitives.WriteDoubleLittleEndian(one, value); break;
                case "f4": BinaryPrimitives.WriteSingleLittleEndian(one, (float)value); break;
                default: BinaryPrimitives.WriteInt64LittleEndian(one, (long)value); break;
            }

            var part = one.AsSpan(0, width);
            if (type[0] == '>')
                part.Reverse();
            bytes.AddRange(part);
        }

        return [.. bytes];
    }
}
