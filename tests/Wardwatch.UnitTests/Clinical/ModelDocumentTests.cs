using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Wardwatch.Clinical.Anomaly;
using Xunit;

namespace Wardwatch.UnitTests.Clinical;

public class ModelDocumentTests
{
    private static readonly ModelDocument Document = Make(trees: 5);
    private static readonly byte[] File = Document.ToBytes();

    [Fact]
    public void Writing_and_reading_give_the_same_document_byte_for_byte()
    {
        var back = ModelDocument.Read(File);
        back.ToBytes().ShouldBe(File);
        back.Name.ShouldBe("ward-7");
        back.FeatureNames.ShouldBe(["hr", "spo2", "temp"]);
        back.TrainedOn.ShouldBe("rows of \"a test\" – 37 °C");
        back.RowCount.ShouldBe(500);
        back.Seed.ShouldBe(ulong.MaxValue);
        back.CreatedAt.ShouldBe(new DateTimeOffset(2026, 11, 20, 8, 30, 1, TimeSpan.Zero), "whole seconds in UTC");
        back.Note.ShouldBe("");
        float[] row = [70, 97, float.NaN];
        back.Forest.Score(row).ShouldBe(Document.Forest.Score(row));
        back.Forest.BaselineScore.ShouldBe(Document.Forest.BaselineScore);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        for (int length = 0; length < File.Length; length++)
        {
            byte[] cut = File[..length];
            Should.Throw<InvalidDataException>(() => ModelDocument.Read(cut));
            if (length != File.Length - SHA256.HashSizeInBytes)
                Should.Throw<InvalidDataException>(() => ModelDocument.Read(Sealed(cut)), $"cut at {length} and sealed again");
        }
    }

    [Fact]
    public void A_changed_byte_is_found_by_the_checksum()
    {
        byte[] changed = [.. File];
        changed[^40] ^= 1;
        Should.Throw<InvalidDataException>(() => ModelDocument.Read(changed)).Message.ShouldContain("checksum");
    }

    [Fact]
    public void A_hostile_file_with_a_right_checksum_is_refused_or_harmless()
    {
        var random = new Random(21);
        int refused = 0;
        for (int round = 0; round < 4_000; round++)
        {
            byte[] hostile = File[..^32];
            for (int change = 0; change <= random.Next(4); change++)
                hostile[random.Next(hostile.Length)] = (byte)random.Next(256);
            try
            {
                var document = ModelDocument.Read(Sealed(hostile));
                document.Forest.Score(new float[document.FeatureNames.Count]).ShouldBeInRange(0, 1);
                document.Forest.Score([.. Enumerable.Range(0, document.FeatureNames.Count).Select(i => i == 0 ? 1f : float.NaN)]).ShouldBeInRange(0, 1);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(1_000);
    }

    [Theory]
    [InlineData("\"trees\":5", "\"trees\":2000000000", "trees")]
    [InlineData("\"trees\":5", "\"trees\":-1", "trees")]
    [InlineData("\"trees\":5", "\"trees\":6", "")]
    [InlineData("\"sampleSize\":256", "\"sampleSize\":2147483647", "sample")]
    [InlineData("\"sampleSize\":256", "\"sampleSize\":255", "leaves")]
    [InlineData("[\"hr\",\"spo2\",\"temp\"]", "[\"hr\"]", "feature")]
    [InlineData("[\"hr\",\"spo2\",\"temp\"]", "[\"hr\",\"hr\",\"temp\"]", "repeat")]
    [InlineData("[\"hr\",\"spo2\",\"temp\"]", "[\"hr\",null,\"temp\"]", "empty")]
    [InlineData("[\"hr\",\"spo2\",\"temp\"]", "null", "features")]
    [InlineData("\"name\":\"ward-7\"", "\"name\":null", "header")]
    [InlineData("\"name\":\"ward-7\"", "\"nom\":\"ward-7\"", "header")]
    [InlineData("\"createdAt\":", "\"createdAt\":9999999", "header")]
    public void A_header_that_cannot_be_is_refused_with_a_reason(string part, string replacement, string reason)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(File.AsSpan(10));
        string header = Encoding.UTF8.GetString(File, 14, length);
        header.ShouldContain(part);
        byte[] changed = Encoding.UTF8.GetBytes(header.Replace(part, replacement, StringComparison.Ordinal));
        byte[] prefix = File[..14];
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(10), changed.Length);
        byte[] file = Sealed([.. prefix, .. changed, .. File[(14 + length)..^32]]);
        Should.Throw<InvalidDataException>(() => ModelDocument.Read(file)).Message.ShouldContain(reason);
    }

    [Fact]
    public void Another_version_is_refused_by_number()
    {
        byte[] file = [.. File];
        file[8] = 2;
        Should.Throw<InvalidDataException>(() => ModelDocument.Read(file)).Message.ShouldContain("version 2");
    }

    [Fact]
    public void A_document_whose_names_do_not_fit_its_forest_cannot_be_made()
    {
        Should.Throw<ArgumentException>(() => new ModelDocument("m", ["hr"], Document.Forest, "", 1, 1, DateTimeOffset.UnixEpoch, ""));
        Should.Throw<ArgumentException>(() => new ModelDocument(" ", ["a", "b", "c"], Document.Forest, "", 1, 1, DateTimeOffset.UnixEpoch, ""));
        Should.Throw<ArgumentException>(() => new ModelDocument("m", ["a", "b", "b"], Document.Forest, "", 1, 1, DateTimeOffset.UnixEpoch, ""));
    }

    private static byte[] Sealed(byte[] content) => [.. content, .. SHA256.HashData(content)];

    private static ModelDocument Make(int trees)
    {
        var random = new Random(20);
        float[] rows = [.. Enumerable.Range(0, 1500).Select(_ => (float)random.NextDouble())];
        var forest = IsolationForestTrainer.Train(rows, 3, new IsolationForestOptions { Trees = trees }, progress: null, CancellationToken.None);
        var at = new DateTimeOffset(2026, 11, 20, 9, 30, 1, 999, TimeSpan.FromHours(1));
        return new ModelDocument("ward-7", ["hr", "spo2", "temp"], forest, "rows of \"a test\" – 37 °C", 500, ulong.MaxValue, at, "");
    }
}
