using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>Which way envelopes take from the gateways to the lanes, and to which of them.</summary>
public static class EnvelopeWay
{
    /// <summary>The setting that decides it; unset, the roles do.</summary>
    public const string Setting = "Wardwatch:Cluster:OverBroker";

    /// <summary>Whether envelopes go over the broker: if the settings say so, or the roles are split.</summary>
    public static bool IsOverBroker(IHostApplicationBuilder builder) =>
        BrokerOptions.IsSet(builder.Configuration) && (builder.Configuration.GetValue<bool?>(Setting) ?? !ProcessRoles.Of(builder).AreAll);

    /// <summary>By whom a device's envelopes are divided: the patient who wears it then, so that all devices of one patient meet; without one, the device.</summary>
    public static int PatientOf(DeviceEntry device, long receivedAt) => device.BindingAt(receivedAt)?.PatientNumber ?? device.Number;

    /// <summary>Which of <paramref name="shares"/> a patient belongs to: a stable spread, the same in every process and at every start.</summary>
    public static int ShareOf(int patientNumber, int shares) => (int)((uint)(patientNumber * -1640531527) % (uint)shares);
}
