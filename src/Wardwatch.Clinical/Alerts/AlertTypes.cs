namespace Wardwatch.Clinical.Alerts;

/// <summary>The numbers of the alert types: their places in <see cref="AlertCatalogue"/>. They are kept in memory only; what is stored and sent is the code.</summary>
public static class AlertTypes
{
    public const int HeartRateCriticallyHigh = 0;
    public const int HeartRateHigh = 1;
    public const int HeartRateCriticallyLow = 2;
    public const int HeartRateLow = 3;
    public const int SpO2Critical = 4;
    public const int SpO2Low = 5;
    public const int SpO2Fall = 6;
    public const int RespirationCritical = 7;
    public const int RespirationLow = 8;
    public const int RespirationHigh = 9;
    public const int EndTidalCo2High = 10;
    public const int SystolicCriticallyLow = 11;
    public const int SystolicLow = 12;
    public const int SystolicFall = 13;
    public const int SystolicHigh = 14;
    public const int Consciousness = 15;
    public const int TemperatureHigh = 16;
    public const int GlucoseLow = 17;
    public const int GlucoseHigh = 18;
    public const int News2Emergency = 19;
    public const int News2Urgent = 20;
    public const int News2Single = 21;
    public const int Anomaly = 22;
    public const int DeviceSilent = 23;
    public const int ParameterSilent = 24;
    public const int LeadOff = 25;
    public const int BatteryLow = 26;
    public const int ClockWrong = 27;
    public const int StorageAway = 28;
    public const int GatewaySilent = 29;
    public const int CoverageHole = 30;
    public const int AlertPathBroken = 31;
    public const int Manual = 32;

    /// <summary>The first so many are judged by the engine, the rest is raised by the server.</summary>
    internal const int Judged = 28;
}
