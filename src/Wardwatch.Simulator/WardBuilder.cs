using Wardwatch.Simulator.Devices;
using Wardwatch.Simulator.Faults;
using Wardwatch.Simulator.Patients;
using Wardwatch.Simulator.Stories;
using Wardwatch.Simulator.Tables;
using Wardwatch.Simulator.Workbooks;

namespace Wardwatch.Simulator;

/// <summary>One bed of the ward to be simulated.</summary>
internal sealed record PlannedBed(DeviceCredentials Device, PatientSimulation Patient, IReadOnlyList<StoryRun> Stories, IReadOnlyList<FaultRun> Faults, DeviceBattery? Battery = null);

/// <summary>What will be simulated, and what the operator should know about it.</summary>
internal sealed record WardPlan(IReadOnlyList<PlannedBed> Beds, IReadOnlyList<string> Notes);

/// <summary>Puts devices, tables, stories and faults together. Reads files, opens no connection.</summary>
internal static class WardBuilder
{
    private const int DefaultPatients = DemoWorkbook.PatientCount;

    // The demonstration's own faults: one device falls silent now and then, one patient's finger clip comes off.
    private static readonly (int Device, FaultRun Run)[] DemoFaults =
    [
        (5, new FaultRun(FaultKind.Silent, 200, 720, 75, 0)),
        (12, new FaultRun(FaultKind.ParameterLost, 100, 540, 60, 0)),
    ];

    /// <exception cref="SimulatorException">Something that was asked for is not there.</exception>
    public static WardPlan Build(SimulatorOptions options)
    {
        var notes = new List<string>();
        var devices = ChooseDevices(options, notes, clamp: false);
        var tables = AssignTables(ReadTables(options, devices.Count, notes), devices, notes);
        var stories = options.Stories;
        var isDemo = !options.HasOwnData;
        CheckTargets(stories?.Select(story => story.Target), devices, "story");
        CheckTargets(options.Faults?.Select(fault => fault.Target), devices, "fault");

        var beds = new List<PlannedBed>(devices.Count);
        for (var i = 0; i < devices.Count; i++)
        {
            var (number, device) = (i + 1, devices[i]);
            IReadOnlyList<StoryRun> runs = stories is not null
                ? [.. stories.Where(story => IsTarget(story.Target, number, device)).Select(story => story.Run)]
                : isDemo ? [.. DemoCourse.For(number, options.Speed)] : [];
            IReadOnlyList<FaultRun> faults = options.Faults is not null
                ? [.. options.Faults.Where(fault => IsTarget(fault.Target, number, device)).Select(fault => fault.ToRun())]
                : isDemo ? [.. DemoFaults.Where(fault => fault.Device == number).Select(fault => fault.Run)] : [];
            beds.Add(new PlannedBed(device, new PatientSimulation(Source(tables[i], number, options), runs), runs, faults, isDemo ? DeviceBattery.OfDemo(number) : null));
        }

        return new WardPlan(beds, notes);
    }

    /// <summary>The devices to use, in the order of the key file.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="notes">What the operator should know.</param>
    /// <param name="clamp">True: as many as there are, where fewer exist than asked for.</param>
    public static IReadOnlyList<DeviceCredentials> ChooseDevices(SimulatorOptions options, List<string> notes, bool clamp)
    {
        var path = Path.Combine(options.DataFolder, "device-keys.json");
        var all = DeviceCredentials.ReadFile(path);
        var choice = options.DeviceChoice ?? (all.Any(device => device.Simulated) ? "simulated" : "all");
        if (options.DeviceChoice is null && choice == "all") notes.Add($"no device in {path} is marked as simulated: all are used");
        List<DeviceCredentials> chosen = [.. all.Where(device => choice == "all" || device.Simulated == (choice == "simulated"))];
        if (chosen.Count == 0) throw new SimulatorException(ExitCode.Credentials, $"{path} names no {choice} device.");

        var wanted = options.Patients ?? Math.Min(chosen.Count, DefaultPatients);
        if (clamp) wanted = Math.Min(wanted, chosen.Count);
        if (wanted > chosen.Count)
            throw SimulatorException.Usage($"{wanted:N0} patients are asked for, but {path} names {chosen.Count:N0} {choice} devices. Start the demo server with --patients {wanted}.");
        return chosen[..wanted];
    }

    private static List<PatientTable> ReadTables(SimulatorOptions options, int wanted, List<string> notes)
    {
        var tables = new List<PatientTable>();
        void Take(TableSet set, string what)
        {
            tables.AddRange(set.Patients);
            notes.Add($"{what}: {set.Patients.Count} patients, {set.Patients.Sum(patient => (long)patient.RowCount):N0} rows");
            notes.AddRange(set.Notes.Take(20));
        }

        if (options.Workbook is { } workbook) Take(WorkbookReader.Read(workbook, options.Sheet), Path.GetFileName(workbook));
        if (options.Tables is { } path) Take(TableReader.Read(path, wanted), Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        foreach (var record in options.Records) Take(WfdbRecordReader.Read(record), Path.GetFileName(record));
        if (!options.HasOwnData && !options.Synthetic) Take(DemoWorkbook.ReadShipped(), "demo-ward.xlsx");
        return tables;
    }

    // A table that bears a patient's id goes to that patient; the others follow in order; patients without a table are synthetic.
    private static PatientTable?[] AssignTables(List<PatientTable> tables, IReadOnlyList<DeviceCredentials> devices, List<string> notes)
    {
        var assigned = new PatientTable?[devices.Count];
        var left = new Queue<PatientTable>();
        foreach (var table in tables)
        {
            var index = Enumerable.Range(0, devices.Count).FirstOrDefault(i => assigned[i] is null && (table.Id == devices[i].PatientId || table.Id == devices[i].Device), -1);
            if (index >= 0) assigned[index] = table;
            else left.Enqueue(table);
        }

        for (var i = 0; i < assigned.Length; i++)
        {
            if (assigned[i] is null && left.TryDequeue(out var table)) assigned[i] = table;
        }

        var synthetic = assigned.Count(table => table is null);
        if (synthetic > 0) notes.Add($"{synthetic:N0} patients without a table are synthetic");
        if (left.Count > 0) notes.Add($"{left.Count:N0} tables have no device and are left out");
        return assigned;
    }

    private static IVitalsSource Source(PatientTable? table, int number, SimulatorOptions options)
    {
        var seed = unchecked((options.Seed * 1_000_003) + number);
        return table is null
            ? new SyntheticPatient(SyntheticProfile.Draw(new Random(seed)), seed, continuesAPast: false)
            : new TableReplay(table, options.AfterEnd, seed);
    }

    private static bool IsTarget(string target, int number, DeviceCredentials device) =>
        target == "*" || target == number.ToString() || target == device.Device || target == device.PatientId;

    private static void CheckTargets(IEnumerable<string>? targets, IReadOnlyList<DeviceCredentials> devices, string what)
    {
        foreach (var target in targets ?? [])
        {
            if (!devices.Where((device, index) => IsTarget(target, index + 1, device)).Any())
                throw SimulatorException.Usage($"--{what}: there is no patient or device '{target}'. Give a number from 1 to {devices.Count}, an id, or *.");
        }
    }
}
