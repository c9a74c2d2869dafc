using System.IO.Compression;
using System.Text;
using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator;
using Wardwatch.Simulator.Tables;
using Xunit;

namespace Wardwatch.UnitTests.Simulator;

public class TableTests
{
    private static TableSet ReadText(string text, string name = "p1.psv") => TableReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), name, int.MaxValue);

    private static string Refusal(string text, string name = "p1.psv")
    {
        var problem = Should.Throw<SimulatorException>(() => ReadText(text, name));
        problem.Code.ShouldBe(ExitCode.Input);
        return problem.Message;
    }

    [Fact]
    public void A_PhysioNet_table_gives_a_row_an_hour_with_gaps_and_glucose_in_millimoles()
    {
        var set = ReadText("HR|O2Sat|Temp|SBP|MAP|DBP|Resp|EtCO2|Glucose|ICULOS\nNaN|NaN|NaN|NaN|NaN|NaN|NaN|NaN|NaN|1\n93|92.5|NaN|110|76|56|22|NaN|NaN|2\n91|NaN|37.2|108|84|72|23.5|NaN|233|3\n");

        var patient = set.Patients.ShouldHaveSingleItem();
        patient.Id.ShouldBe("p1");
        patient.RowCount.ShouldBe(2); // the empty first hour is no row
        patient.SecondsAt(1).ShouldBe(3_600);
        patient.ValueAt(0, Vital.HeartRate).ShouldBe(93);
        patient.ValueAt(1, Vital.SpO2).ShouldBe(double.NaN);
        patient.ValueAt(1, Vital.Temperature).ShouldBe(37.2);
        patient.ValueAt(1, Vital.Glucose).ShouldBe(12.93, 0.01);
        set.Notes.ShouldContain("ignored columns: MAP");
    }

    [Theory]
    [InlineData("heart rate,Saturation (%),Temp (°F)\n80,97,98.6\n", "a.csv")]
    [InlineData("Pulse;O2 Sat;Temperature [F]\n80;97;98.6\n", "a.csv")]
    [InlineData("HR\tSpO₂\ttemp_f\n80\t97\t98.6\n", "a.tsv")]
    public void Headers_are_understood_in_many_forms_and_Fahrenheit_is_converted(string text, string name)
    {
        var patient = ReadText(text, name).Patients.ShouldHaveSingleItem();
        patient.ValueAt(0, Vital.HeartRate).ShouldBe(80);
        patient.ValueAt(0, Vital.SpO2).ShouldBe(97);
        patient.ValueAt(0, Vital.Temperature).ShouldBe(37, 0.01);
    }

    [Fact]
    public void A_patient_column_divides_one_file_among_its_patients()
    {
        var set = ReadText("patient,time,HR,ACVPU,O2\na,0,70,A,air\nb,0,90,V,2\na,60,71,A,no\n", "ward.csv");
        set.Patients.Select(patient => patient.Id).ShouldBe(["a", "b"]);
        set.Patients[0].RowCount.ShouldBe(2);
        set.Patients[1].ValueAt(0, Vital.Consciousness).ShouldBe((double)Consciousness.Voice);
        set.Patients[1].ValueAt(0, Vital.SupplementalOxygen).ShouldBe(1);
        set.Patients[0].ValueAt(1, Vital.SupplementalOxygen).ShouldBe(0);
    }

    [Fact]
    public void Dates_count_from_the_first_row()
    {
        var patient = ReadText("timestamp,HR\n2026-03-01 23:59:00,70\n2026-03-02 00:00:30,71\n", "a.csv").Patients[0];
        patient.SecondsAt(1).ShouldBe(90);
    }

    [Fact]
    public void Refusals_name_the_place()
    {
        Refusal("").ShouldContain("empty");
        Refusal("\n\n").ShouldContain("empty");
        Refusal("foo|bar\n1|2\n").ShouldContain("foo, bar");
        Refusal("HR|SpO2\n80|fast\n").ShouldContain("line 2");
        Refusal("HR|SpO2\n80|fast\n").ShouldContain("'fast'");
        Refusal("Temp|HR\n37,1|80\n").ShouldContain("37,1");
        Refusal("HR|SpO2\nNaN|NaN\n").ShouldContain("no readable rows");
        Refusal("HR|SpO2\n").ShouldContain("no readable rows");
        Refusal("time|HR\n60|80\n0|81\n").ShouldContain("time");
        Refusal("HR|Heart rate\n60|80\n").ShouldContain("both carry");
        Refusal("HR\n80\n", "a.docx").ShouldContain(".psv");
    }

    [Fact]
    public void A_ten_megabyte_line_is_refused_in_bounded_memory()
    {
        var bytes = Encoding.UTF8.GetBytes("HR|SpO2\n" + new string('7', 10 << 20) + "\n");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<SimulatorException>(() => TableReader.Read(new MemoryStream(bytes), "p1.psv", 1));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4 << 20);
    }

    [Fact]
    public void A_ten_megabyte_header_is_refused() => Refusal(string.Concat(Enumerable.Repeat("HR|", 3 << 20)) + "\n80\n");

    [Fact]
    public void An_unclosed_quotation_mark_does_not_swallow_the_file()
    {
        var text = "HR,SpO2\n\"80,97\n" + string.Concat(Enumerable.Repeat("81,98\n", 20_000));
        Should.Throw<SimulatorException>(() => ReadText(text, "a.csv"));
    }

    [Fact]
    public void A_short_line_leaves_the_rest_unmeasured()
    {
        var patient = ReadText("HR|SpO2\n80\n81|97\n").Patients[0];
        patient.ValueAt(0, Vital.SpO2).ShouldBe(double.NaN);
        patient.ValueAt(1, Vital.SpO2).ShouldBe(97);
    }

    [Fact]
    public void Archives_give_a_patient_per_file_and_stop_when_enough_are_read()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 1; i <= 5; i++)
            {
                using var writer = new StreamWriter(archive.CreateEntry($"set/../p{i}.psv").Open());
                writer.Write($"HR|SpO2\n{70 + i}|97\n");
            }
        }

        zip.Position = 0;
        var set = TableReader.Read(zip, "set.zip", 3);
        set.Patients.Select(patient => patient.Id).ShouldBe(["p1", "p2", "p3"]);
    }

    [Fact]
    public void A_zip_bomb_is_refused_while_it_unpacks()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("p1.psv", CompressionLevel.Fastest).Open();
            entry.Write("HR\n"u8);
            var line = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("80\n", 100_000)));
            for (var i = 0; i < 60; i++) entry.Write(line); // six million rows
        }

        zip.Position = 0;
        Should.Throw<SimulatorException>(() => TableReader.Read(zip, "set.zip", 3)).Message.ShouldContain("rows");
    }

    [Fact]
    public void A_tar_is_read_entry_by_entry_and_a_damaged_one_refused()
    {
        using var gz = new MemoryStream();
        using (var gzip = new GZipStream(gz, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new System.Formats.Tar.TarWriter(gzip))
        {
            foreach (var name in new[] { "p1.psv", "notes.md", new string('d', 120) + "/p2.psv" })
            {
                tar.WriteEntry(new System.Formats.Tar.GnuTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream("HR|Resp\n80|14\n"u8.ToArray()),
                });
            }
        }

        gz.Position = 0;
        TableReader.Read(gz, "set.tar.gz", 10).Patients.Select(patient => patient.Id).ShouldBe(["p1", "p2"]);

        var noise = new byte[4_096];
        new Random(1).NextBytes(noise);
        Should.Throw<SimulatorException>(() => TableReader.Read(new MemoryStream(noise), "set.tar", 10)).Message.ShouldContain("not a tar");
    }

    [Fact]
    public void Any_cut_of_a_table_is_read_or_refused_with_a_message()
    {
        const string Text = "HR|O2Sat|Temp|SBP|DBP|Resp|ICULOS\n93|92.5|NaN|110|56|22|1\n\"91\"|96|36.9|108|72|23.5|2\n";
        for (var length = 0; length <= Text.Length; length++)
        {
            try
            {
                ReadText(Text[..length]).Patients.Count.ShouldBe(1);
            }
            catch (SimulatorException problem)
            {
                problem.Message.ShouldNotBeNullOrWhiteSpace();
            }
        }
    }

    [Fact]
    public void Real_intensive_care_tables_are_read()
    {
        var path = SharedData.PathOf("icu-vitals/icu-vitals.tar.gz");
        var set = TableReader.Read(path, 50);
        set.Patients.Count.ShouldBe(50);
        set.Patients.ShouldAllBe(patient => patient.RowCount >= 20 && patient.StepSeconds == 3_600);
    }

    [Fact]
    public void Real_monitor_numerics_are_read_with_zeros_as_gaps()
    {
        var path = SharedData.PathOf("bedside-numerics/s00001-2896-10-10-00-31n.hea");
        var patient = WfdbRecordReader.Read(path).Patients.ShouldHaveSingleItem();
        patient.StepSeconds.ShouldBe(60, 1e-6);
        patient.ValueAt(0, Vital.RespiratoryRate).ShouldBe(23); // the header's initial value 230 at gain 10
        patient.ValueAt(1, Vital.HeartRate).ShouldBe(62.8);
        patient.ValueAt(1, Vital.SpO2).ShouldBe(double.NaN);
        patient.HasContinuousPressure.ShouldBeFalse(); // the arterial line is hardly ever there, the cuff counts
        Enumerable.Range(0, patient.RowCount).Count(row => !double.IsNaN(patient.ValueAt(row, Vital.SystolicPressure))).ShouldBeInRange(140, 152);
    }

    [Fact]
    public void A_waveform_record_is_refused_by_its_format()
    {
        var path = SharedData.PathOf("bedside-numerics/041s01.hea");
        Should.Throw<SimulatorException>(() => WfdbRecordReader.Read(path)).Message.ShouldContain("212");
    }
}
