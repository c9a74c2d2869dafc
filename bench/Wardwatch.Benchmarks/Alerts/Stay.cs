using System.Buffers.Binary;
using System.Globalization;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Benchmarks.Alerts;

/// <summary>A stay as it was recorded: rows at equal distances, of which each has some vital signs.</summary>
/// <param name="Name">The file's.</param>
/// <param name="SecondsBetween">From row to row.</param>
/// <param name="Vitals">The columns.</param>
/// <param name="Rows">Values in the units of <see cref="VitalCatalogue"/>; NaN where nothing was measured.</param>
internal sealed record Stay(string Name, int SecondsBetween, Vital[] Vitals, List<double[]> Rows)
{
    private const double MilligramsPerMillimole = 18.016;

    // Numerics of these monitors say 0 as well where there is no sensor: of 1,936 minutes without an arterial line, its pressure is 0 in 1,929.
    private const short Missing = short.MinValue;
    private const short NoSensor = 0;

    private static readonly Dictionary<string, Vital> TableColumns = new(StringComparer.Ordinal)
    {
        ["HR"] = Vital.HeartRate,
        ["O2Sat"] = Vital.SpO2,
        ["Temp"] = Vital.Temperature,
        ["SBP"] = Vital.SystolicPressure,
        ["DBP"] = Vital.DiastolicPressure,
        ["Resp"] = Vital.RespiratoryRate,
        ["EtCO2"] = Vital.EndTidalCo2,
        ["Glucose"] = Vital.Glucose,
    };

    private static readonly Dictionary<string, Vital> Signals = new(StringComparer.Ordinal)
    {
        ["HR"] = Vital.HeartRate,
        ["SpO2"] = Vital.SpO2,
        ["RESP"] = Vital.RespiratoryRate,
        ["NBPSys"] = Vital.SystolicPressure,
        ["NBPDias"] = Vital.DiastolicPressure,
    };

    /// <summary>How long it was.</summary>
    public double Days => Rows.Count * (double)SecondsBetween / 86_400;

    /// <summary>
    /// Reads the stays of a folder: tables of the PhysioNet Challenge 2019 (<c>*.psv</c>, a row an hour) and numerics of bedside monitors (WFDB: <c>*n.hea</c> with format 16, a row a minute).
    /// </summary>
    public static IEnumerable<Stay> ReadAll(string folder)
    {
        foreach (var table in Directory.EnumerateFiles(folder, "*.psv", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) yield return ReadTable(table);
        foreach (var header in Directory.EnumerateFiles(folder, "*n.hea", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (ReadNumerics(header) is { } stay) yield return stay;
        }
    }

    private static Stay ReadTable(string path)
    {
        var lines = File.ReadLines(path);
        var columns = lines.First().Split('|').Select((name, index) => (Index: index, Name: name)).Where(column => TableColumns.ContainsKey(column.Name)).ToArray();
        var vitals = Array.ConvertAll(columns, column => TableColumns[column.Name]);
        var rows = lines.Skip(1).Select(line => line.Split('|')).Select(cells => Array.ConvertAll(columns, column => Value(TableColumns[column.Name], double.Parse(cells[column.Index], CultureInfo.InvariantCulture))));
        return new Stay(Path.GetFileNameWithoutExtension(path), 3_600, vitals, [.. rows]);

        static double Value(Vital vital, double raw) => vital == Vital.Glucose ? raw / MilligramsPerMillimole : raw;
    }

    /// <summary>Null where there is no minute of it.</summary>
    private static Stay? ReadNumerics(string path)
    {
        var lines = File.ReadAllLines(path);
        var record = lines[0].Split(' ');
        int signals = int.Parse(record[1], CultureInfo.InvariantCulture), rows = int.Parse(record[3], CultureInfo.InvariantCulture);
        double perSecond = double.Parse(record[2].Split('/')[0], CultureInfo.InvariantCulture);
        var fields = lines[1..(signals + 1)].Select(line => line.Split(' ')).ToArray();
        var data = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, fields[0][0]));
        if (rows < 2 || data.Length < rows * signals * sizeof(short)) return null;

        var known = fields.Select((field, index) => (Index: index, Name: field[^1], Gain: double.Parse(field[2].Split('/')[0], CultureInfo.InvariantCulture))).Where(signal => Signals.ContainsKey(signal.Name)).ToArray();
        var list = new List<double[]>(rows);
        for (var row = 0; row < rows; row++)
        {
            list.Add(Array.ConvertAll(known, signal =>
            {
                var raw = BinaryPrimitives.ReadInt16LittleEndian(data.AsSpan(((row * signals) + signal.Index) * sizeof(short)));
                return raw is Missing or NoSensor ? double.NaN : raw / signal.Gain;
            }));
        }

        return new Stay(Path.GetFileNameWithoutExtension(path), (int)Math.Round(1 / perSecond), Array.ConvertAll(known, signal => Signals[signal.Name]), list);
    }
}
