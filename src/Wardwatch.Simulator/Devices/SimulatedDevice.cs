using System.Security.Cryptography;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Faults;
using Wardwatch.Simulator.Patients;

namespace Wardwatch.Simulator.Devices;

/// <summary>
/// A bedside device: measures its patient at every tick, seals the reading and gives it to its connection, with the faults that it was given. One thread ticks it.
/// </summary>
internal sealed class SimulatedDevice
{
    private const int MaxHeldBack = 600;
    private const double FirstStatusSeconds = 5;
    private const double SecondsBetweenStatuses = 60;
    private const int Electrodes = (1 << (int)VitalKind.HeartRate) | (1 << (int)VitalKind.RespiratoryRate);

    private readonly PatientSimulation _patient;
    private readonly DeviceBattery? _battery;
    private readonly MessageSealer _sealer;
    private readonly IReadOnlyList<FaultRun> _faults;
    private readonly DeviceStatistics _statistics;
    private readonly Queue<OutgoingMessage> _heldBack = [];
    private readonly IAeadCipher _wrongCipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes));
    private OutgoingMessage? _swapped;
    private double _lastSeconds = -1;
    private double _firstSeconds = double.NaN;
    private double _nextStatus = FirstStatusSeconds;

    /// <param name="patient">Whom it measures.</param>
    /// <param name="sealer">Makes its messages.</param>
    /// <param name="connection">Sends them.</param>
    /// <param name="faults">What goes wrong with it.</param>
    /// <param name="statistics">Shared by all devices.</param>
    /// <param name="battery">Its battery, of which it tells once a minute; null: it says nothing of itself.</param>
    public SimulatedDevice(
        PatientSimulation patient, MessageSealer sealer, DeviceConnection connection, IReadOnlyList<FaultRun> faults, DeviceStatistics statistics, DeviceBattery? battery = null)
    {
        _battery = battery;
        _patient = patient;
        _sealer = sealer;
        _faults = faults;
        _statistics = statistics;
        Connection = connection;
    }

    public DeviceConnection Connection { get; }

    /// <summary>
    /// Measures and publishes. A device is switched on when the server has accepted it for the first time: its timeline begins then, so that ten thousand devices
    /// which connect one after the other do not pile up readings meanwhile.
    /// </summary>
    /// <param name="realSeconds">Since the simulator's start, in whole intervals.</param>
    /// <param name="speed">Seconds of the data timeline per real second.</param>
    /// <param name="nowMicros">The time of measurement, Unix microseconds.</param>
    public void Tick(double realSeconds, double speed, long nowMicros)
    {
        if (double.IsNaN(_firstSeconds))
        {
            if (!Connection.HasBeenConnected) return;
            _firstSeconds = realSeconds;
        }

        realSeconds -= _firstSeconds;
        var dataSeconds = realSeconds * speed;
        var before = _lastSeconds;
        _lastSeconds = realSeconds;
        if (_faults.Count > 0 && Happens(FaultKind.Disconnect, before, realSeconds)) Connection.PullCable();
        if (_faults.Count > 0 && IsOn(FaultKind.Silent, realSeconds)) return;

        var measuredAt = nowMicros + ClockErrorMicros(realSeconds);
        var reading = _patient.Observe(dataSeconds, measuredAt);
        var lost = IsOn(FaultKind.ParameterLost, realSeconds) ? Vital.SpO2 : (Vital?)null;
        Span<byte> payload = stackalloc byte[VitalsWriter.MaxBytes];
        var length = WritePayload(reading, measuredAt, lost, payload);

        var wrongKey = Happens(FaultKind.WrongKey, before, realSeconds);
        var message = _sealer.Seal(payload[..length], wrongKey ? _wrongCipher : null);
        _statistics.CountProduced();
        if (Happens(FaultKind.Corrupt, before, realSeconds)) message.EnvelopeBytes(1)[0] ^= 0x40; // the tag's last byte

        if (!HoldBack(message, before, realSeconds)) Send(message, before, realSeconds);
        if (_battery is not null && realSeconds >= _nextStatus)
        {
            _nextStatus = realSeconds + SecondsBetweenStatuses;
            SendStatus(_battery.At(realSeconds), measuredAt);
        }
    }

    private void SendStatus(double battery, long saidAt)
    {
        Span<byte> payload = stackalloc byte[StatusPayloadWriter.MaxBytes];
        var length = StatusPayloadWriter.Write(new StatusPayload { MeasuredAt = saidAt, Battery = battery, SensorsOn = Electrodes }, payload);
        Connection.Publish(_sealer.SealStatus(payload[..length]));
        _statistics.CountProduced();
    }

    /// <summary>Writes a reading as the wire has it. What no receiver would believe is not written: the writer refuses it.</summary>
    internal static int WritePayload(in VitalSet reading, long measuredAt, Vital? lost, Span<byte> destination)
    {
        var payload = new VitalsPayload { MeasuredAt = measuredAt };
        foreach (var definition in VitalCatalogue.All)
        {
            if (definition.Vital == lost || !reading.TryGet(definition.Vital, out var value, out var at)) continue;
            if (VitalCatalogue.IsPlausible(definition.Vital, value)) payload.Set((VitalKind)(byte)definition.Vital, value, at);
        }

        return VitalsWriter.Write(payload, destination);
    }

    private void Send(OutgoingMessage message, double before, double now)
    {
        var copy = Happens(FaultKind.Duplicate, before, now) ? message.Copy() : null;
        Connection.Publish(message);
        if (copy is not null) Connection.Publish(copy);
        if (_swapped is null) return;
        Connection.Publish(_swapped);
        _swapped = null;
    }

    private bool HoldBack(OutgoingMessage message, double before, double now)
    {
        if (_faults.Count == 0) return false;
        if (IsOn(FaultKind.Delayed, now) && _heldBack.Count < MaxHeldBack)
        {
            _heldBack.Enqueue(message);
            return true;
        }

        while (_heldBack.TryDequeue(out var late))
            Connection.Publish(late);
        if (_swapped is not null || !Happens(FaultKind.Reorder, before, now)) return false;
        _swapped = message;
        return true;
    }

    private bool IsOn(FaultKind kind, double seconds)
    {
        foreach (var fault in _faults)
        {
            if (fault.Kind == kind && fault.IsOnAt(seconds)) return true;
        }

        return false;
    }

    private bool Happens(FaultKind kind, double before, double now)
    {
        foreach (var fault in _faults)
        {
            if (fault.Kind == kind && fault.FallsBetween(before, now)) return true;
        }

        return false;
    }

    private long ClockErrorMicros(double seconds)
    {
        foreach (var fault in _faults)
        {
            if (fault.Kind == FaultKind.ClockWrong && fault.IsOnAt(seconds)) return (long)(fault.Amount * 1e6);
        }

        return 0;
    }
}
