using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

public static partial class AlertCatalogue
{
    private const string Own = "Wardwatch's own choice";
    private const string Delay = "Delay: Görges 2009 (19 s)";
    private const string News2 = "RCP NEWS2 2017";

    private static AlertType[] Cardiac() =>
    [
        new("hr-critical-high", "Extreme tachycardia", AlertCategory.Cardiac, AlertPriority.High, AlertRuleKind.Above, Vital.HeartRate)
        {
            Rule = "Heart rate above the limit", Limit = 150, SafeMin = 125, SafeMax = 220, Hysteresis = 5, DelaySeconds = 10, MaxDelaySeconds = 20, ClearSeconds = 10, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.Cardiologist, ResponseMinutes = 5,
            Source = $"Limit: {Own}. Delay: {Own}, of the order of the 10 s within which AAMI EC13 / IEC 60601-2-27 want a monitor's limit alarm (from memory)",
        },
        new("hr-high", "Tachycardia", AlertCategory.Cardiac, AlertPriority.Medium, AlertRuleKind.Above, Vital.HeartRate)
        {
            Rule = "Heart rate above the limit", Limit = 120, SafeMin = 90, SafeMax = 180, Hysteresis = 5, DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.Cardiologist, ResponseMinutes = 15, Source = $"Limit: {Own}, in the middle of the band that scores 2 in {News2} (111-130). {Delay}",
        },
        new("hr-critical-low", "Extreme bradycardia or asystole", AlertCategory.Cardiac, AlertPriority.High, AlertRuleKind.Below, Vital.HeartRate)
        {
            Rule = "Heart rate below the limit", Limit = 40, SafeMin = 25, SafeMax = 50, Hysteresis = 3, DelaySeconds = 10, MaxDelaySeconds = 20, ClearSeconds = 10, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.Cardiologist, ResponseMinutes = 5,
            Source = $"Limit: {News2} (40 and less scores 3). Delay: {Own}, of the order of the 10 s within which AAMI EC13 / IEC 60601-2-27 want asystole to alarm (from memory)",
        },
        new("hr-low", "Bradycardia", AlertCategory.Cardiac, AlertPriority.Medium, AlertRuleKind.Below, Vital.HeartRate)
        {
            Rule = "Heart rate below the limit", Limit = 50, SafeMin = 35, SafeMax = 60, Hysteresis = 3, DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.Cardiologist, ResponseMinutes = 15, Source = $"Limit: {News2} (50 and less scores 1). {Delay}",
        },
    ];

    private static AlertType[] Respiratory() =>
    [
        new("spo2-critical", "Critical desaturation", AlertCategory.Respiratory, AlertPriority.High, AlertRuleKind.Below, Vital.SpO2)
        {
            Rule = "Saturation below the limit", Limit = 85, SafeMin = 75, SafeMax = 90, Hysteresis = 2, DelaySeconds = 10, MaxDelaySeconds = 30, ClearSeconds = 10, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.RespiratoryPhysician, ResponseMinutes = 5,
            Source = $"Limit and delay: {Own}, within what Lansdowne 2016 compared (84 to 90 %, 10 to 60 s); below every target range of {News2}, also on scale 2",
        },
        new("spo2-low", "Low oxygen saturation", AlertCategory.Respiratory, AlertPriority.Medium, AlertRuleKind.Below, Vital.SpO2)
        {
            Rule = "Saturation below the limit", Limit = 90, SafeMin = 80, SafeMax = 95, Hysteresis = 2, DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.RespiratoryPhysician, ResponseMinutes = 15, Source = $"Limit: {Own}; 90 % is the upper end of what Lansdowne 2016 compared, 91 % and less scores 3 in {News2}. {Delay}",
        },
        new("spo2-fall", "Saturation falling", AlertCategory.Respiratory, AlertPriority.Medium, AlertRuleKind.Fall, Vital.SpO2)
        {
            Rule = "Saturation lower by the limit or more than in its best ten seconds of the last 2 min, and below 94", FallsBelow = 94, Limit = 5, SafeMin = 3, SafeMax = 15, Hysteresis = 2, WindowSeconds = 120,
            DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10, RespondingRole = DutyRoles.RespiratoryPhysician, ResponseMinutes = 15, Source = $"Limit and window: {Own}; 93 % and less scores 2 in {News2}. {Delay}",
        },
        new("rr-critical", "Respiratory depression or apnoea", AlertCategory.Respiratory, AlertPriority.High, AlertRuleKind.Below, Vital.RespiratoryRate)
        {
            Rule = "Respiratory rate below the limit", Limit = 6, SafeMin = 4, SafeMax = 8, Hysteresis = 2, DelaySeconds = 15, MaxDelaySeconds = 30, ClearSeconds = 10, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.RespiratoryPhysician, ResponseMinutes = 5, Source = $"Limit and delay: {Own}",
        },
        new("rr-low", "Slow breathing", AlertCategory.Respiratory, AlertPriority.Medium, AlertRuleKind.Below, Vital.RespiratoryRate)
        {
            Rule = "Respiratory rate below the limit", Limit = 9, SafeMin = 6, SafeMax = 12, Hysteresis = 1, DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.RespiratoryPhysician, ResponseMinutes = 15, Source = $"Limit: {News2} (8 and less scores 3). {Delay}",
        },
        new("rr-high", "Rapid breathing", AlertCategory.Respiratory, AlertPriority.Medium, AlertRuleKind.Above, Vital.RespiratoryRate)
        {
            Rule = "Respiratory rate above the limit", Limit = 24, SafeMin = 20, SafeMax = 45, Hysteresis = 2, DelaySeconds = 30, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.RespiratoryPhysician, ResponseMinutes = 15,
            Source = $"Limit: {News2} (25 and more scores 3). Delay: {Own}, longer than Görges 2009 since rates from chest impedance count movement",
        },
        new("etco2-high", "Carbon dioxide retention", AlertCategory.Respiratory, AlertPriority.Medium, AlertRuleKind.Above, Vital.EndTidalCo2)
        {
            Rule = "End-tidal CO₂ above the limit", Limit = 50, SafeMin = 40, SafeMax = 80, Hysteresis = 3, DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.RespiratoryPhysician, ResponseMinutes = 15, Source = $"Limit: {Own}. {Delay}",
        },
    ];

    private static AlertType[] Haemodynamic() =>
    [
        new("sbp-critical", "Severe hypotension", AlertCategory.Haemodynamic, AlertPriority.High, AlertRuleKind.Below, Vital.SystolicPressure)
        {
            Rule = "Systolic pressure below the limit", Limit = 80, SafeMin = 60, SafeMax = 90, Hysteresis = 5, DelaySeconds = 10, MaxDelaySeconds = 30, ClearSeconds = 10, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.Intensivist, ResponseMinutes = 5, Source = $"Limit and delay: {Own}",
        },
        new("sbp-low", "Hypotension", AlertCategory.Haemodynamic, AlertPriority.Medium, AlertRuleKind.Below, Vital.SystolicPressure)
        {
            Rule = "Systolic pressure below the limit", Limit = 90, SafeMin = 70, SafeMax = 110, Hysteresis = 5, DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.Physician, ResponseMinutes = 15, Source = $"Limit: {News2} (90 and less scores 3). {Delay}",
        },
        new("sbp-fall", "Systolic pressure falling", AlertCategory.Haemodynamic, AlertPriority.Medium, AlertRuleKind.Fall, Vital.SystolicPressure)
        {
            Rule = "Systolic pressure lower by the limit or more than in its best 150 s of the last 30 min, and below 111", FallsBelow = 111, Limit = 30, SafeMin = 20, SafeMax = 60, Hysteresis = 10, WindowSeconds = 1800,
            DelaySeconds = 30, MaxDelaySeconds = 60, ClearSeconds = 10, RespondingRole = DutyRoles.Physician, ResponseMinutes = 15,
            Source = $"Limit, window and delay: {Own}; 30 min, so that a cuff every ten minutes is seen; 110 mmHg and less scores 1 in {News2}",
        },
        new("sbp-high", "Hypertension", AlertCategory.Haemodynamic, AlertPriority.Medium, AlertRuleKind.Above, Vital.SystolicPressure)
        {
            Rule = "Systolic pressure above the limit", Limit = 200, SafeMin = 140, SafeMax = 240, Hysteresis = 10, DelaySeconds = 20, MaxDelaySeconds = 60, ClearSeconds = 10,
            RespondingRole = DutyRoles.Physician, ResponseMinutes = 30, Source = $"Limit: {Own}; {News2} scores 3 from 220 on. {Delay}",
        },
    ];

    private static AlertType[] Others() =>
    [
        new("consciousness", "Reduced consciousness", AlertCategory.Neurological, AlertPriority.High, AlertRuleKind.Above, Vital.Consciousness)
        {
            Rule = "Responds to voice or pain only, or not at all (limit C); with limit A, new confusion too", Limit = (double)Vitals.Consciousness.Confusion,
            SafeMin = (double)Vitals.Consciousness.Alert, SafeMax = (double)Vitals.Consciousness.Voice, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.Neurologist, ResponseMinutes = 10, Source = $"{News2}: each of C, V, P, U scores 3. That V, P and U are high by themselves: {Own}",
        },
        new("temp-high", "Fever", AlertCategory.Temperature, AlertPriority.Medium, AlertRuleKind.Above, Vital.Temperature)
        {
            Rule = "Temperature above the limit", Limit = 39, SafeMin = 38, SafeMax = 40.5, Hysteresis = 0.3, DelaySeconds = 60, MaxDelaySeconds = 300, ClearSeconds = 60,
            RespondingRole = DutyRoles.Physician, ResponseMinutes = 60, Source = $"Limit: {News2} (39.1 and more scores 2). Delay, for probes that measure all the time: {Own}",
        },
        new("glucose-low", "Hypoglycaemia", AlertCategory.Metabolic, AlertPriority.High, AlertRuleKind.Below, Vital.Glucose)
        {
            Rule = "Blood glucose below the limit", Limit = 4, SafeMin = 3, SafeMax = 5, Hysteresis = 0.3, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.Diabetologist, ResponseMinutes = 10,
            Source = $"Limit: JBDS-IP guideline 01 (four is the floor). High priority: {Own}",
        },
        new("glucose-high", "Hyperglycaemia", AlertCategory.Metabolic, AlertPriority.Medium, AlertRuleKind.Above, Vital.Glucose)
        {
            Rule = "Blood glucose above the limit", Limit = 18, SafeMin = 12, SafeMax = 30, Hysteresis = 1,
            RespondingRole = DutyRoles.Diabetologist, ResponseMinutes = 60, Source = $"Limit: {Own}",
        },
    ];

    private static AlertType[] Scores() =>
    [
        new("news2-7", "NEWS2 7 or more", AlertCategory.EarlyWarning, AlertPriority.High, AlertRuleKind.News2Total)
        {
            Rule = "NEWS2 certainly at the limit or more", Limit = 7, SafeMin = 7, SafeMax = 7, DelaySeconds = 60, MaxDelaySeconds = 120, ClearSeconds = 300, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.RapidResponse, ResponseMinutes = 30, Source = $"Limit and kind of response: {News2} (emergency). Delay and response time: {Own}",
        },
        new("news2-5", "NEWS2 5 or 6", AlertCategory.EarlyWarning, AlertPriority.Medium, AlertRuleKind.News2Total)
        {
            Rule = "NEWS2 certainly at the limit or more", Limit = 5, SafeMin = 5, SafeMax = 5, DelaySeconds = 60, MaxDelaySeconds = 120, ClearSeconds = 300, CanBeSwitchedOff = false,
            RespondingRole = DutyRoles.Physician, ResponseMinutes = 60, Source = $"Limit and kind of response: {News2} (urgent). Delay and response time: {Own}",
        },
        new("news2-single", "A single parameter scores 3 in NEWS2", AlertCategory.EarlyWarning, AlertPriority.Medium, AlertRuleKind.News2Single)
        {
            Rule = "A parameter certainly scores 3, and no limit alert stands for it", Limit = 3, SafeMin = 3, SafeMax = 3, DelaySeconds = 60, MaxDelaySeconds = 120, ClearSeconds = 300,
            CanBeSwitchedOff = false, RespondingRole = DutyRoles.Physician, ResponseMinutes = 60,
            Source = $"Limit and kind of response: {News2} (urgent ward review). Delay, response time, and that a limit alert stands for it: {Own}",
        },
        new("anomaly", "Unusual vital signs together", AlertCategory.EarlyWarning, AlertPriority.Low, AlertRuleKind.Anomaly)
        {
            Rule = "Anomaly score at the limit or more, with at least 80 % of the model's inputs known", Limit = 0.6, SafeMin = 0.55, SafeMax = 0.9, Hysteresis = 0.03, DelaySeconds = 60,
            MaxDelaySeconds = 300, ClearSeconds = 30, RespondingRole = DutyRoles.Nurse, ResponseMinutes = 60, Source = $"{Own}; the model has not been validated on patients, hence the low priority",
        },
    ];
}
