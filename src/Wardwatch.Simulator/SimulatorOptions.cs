using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Faults;
using Wardwatch.Simulator.Patients;
using Wardwatch.Simulator.Stories;

namespace Wardwatch.Simulator;

/// <summary>Everything that the operator can choose, after it was checked.</summary>
internal sealed record SimulatorOptions
{
    /// <summary>The folder with <c>device-keys.json</c> and <c>ca.pem</c>.</summary>
    public required string DataFolder { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Which entries of the key file to use: simulated, spare or all; null: the simulated ones, or all others where there are none.</summary>
    public string? DeviceChoice { get; init; }

    /// <summary>The number of patients, or null for as many as there are devices, at most fifteen.</summary>
    public int? Patients { get; init; }

    /// <summary>Simulated seconds per real second.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The time between two readings of a device.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    public string? Workbook { get; init; }

    public string? Sheet { get; init; }

    public string? Tables { get; init; }

    public IReadOnlyList<string> Records { get; init; } = [];

    /// <summary>No workbook, not even the one that ships.</summary>
    public bool Synthetic { get; init; }

    public AfterEnd AfterEnd { get; init; } = AfterEnd.Continue;

    /// <summary>Null: the demonstration's own course, if no data of one's own are given.</summary>
    public IReadOnlyList<StoryRequest>? Stories { get; init; }

    /// <summary>Null: the demonstration's own faults, if no data of one's own are given.</summary>
    public IReadOnlyList<FaultRequest>? Faults { get; init; }

    public int Seed { get; init; } = 1;

    public MqttVersion Version { get; init; } = MqttVersion.V500;

    /// <summary>The most messages of one device that are under way at once.</summary>
    public int InFlight { get; init; } = 20;

    /// <summary>The most messages of one device that are kept while it is off line.</summary>
    public int OfflineLimit { get; init; } = 600;

    /// <summary>End after this time, or null for until stopped.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How long to wait for the server to listen.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where to note what was acknowledged, or null.</summary>
    public string? Ledger { get; init; }

    /// <summary>Where the demo's server is, whose staff are simulated as well; null: nobody is.</summary>
    public Uri? Staff { get; init; }

    public bool ExitWithParent { get; init; }

    public bool Json { get; init; }

    public bool HasOwnData => Workbook is not null || Tables is not null || Records.Count > 0;
}
