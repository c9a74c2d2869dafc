namespace Wardwatch.Clinical.Alerts;

public static partial class AlertCatalogue
{
    private static AlertType[] OfDevices() =>
    [
        new("device-silent", "Monitor silent", AlertCategory.Technical, AlertPriority.Medium, AlertRuleKind.DeviceSilence)
        {
            Rule = "No reading from the patient's monitor for longer than the limit; high from 180 s on", Limit = 30, SafeMin = 15, SafeMax = 150, ClearSeconds = 5, EscalationLimit = 180,
            EscalatesTo = AlertPriority.High, RespondingRole = DutyRoles.Nurse, ResponseMinutes = 5, Source = $"{Own}: nobody watches the patient meanwhile",
        },
        new("parameter-silent", "Measurement lost", AlertCategory.Technical, AlertPriority.Low, AlertRuleKind.ParameterSilence)
        {
            Rule = "A continuous vital has not come for longer than the limit although its monitor sends; medium from 180 s on, or when two are lost", Limit = 45, SafeMin = 20, SafeMax = 170,
            ClearSeconds = 5, EscalationLimit = 180, EscalatesTo = AlertPriority.Medium, RespondingRole = DutyRoles.Nurse, ResponseMinutes = 15,
            Source = $"{Own}: long enough to move a probe to another finger",
        },
        new("lead-off", "Electrodes or sensor off", AlertCategory.Technical, AlertPriority.Medium, AlertRuleKind.LeadOff)
        {
            Rule = "The device says that its electrodes or a sensor are off", DelaySeconds = 10, MaxDelaySeconds = 60, ClearSeconds = 5, RespondingRole = DutyRoles.Nurse, ResponseMinutes = 10, Source = Own,
        },
        new("battery-low", "Battery low", AlertCategory.Technical, AlertPriority.Low, AlertRuleKind.Battery)
        {
            Rule = "The device's battery is below the limit; medium below 10 %", Limit = 20, SafeMin = 15, SafeMax = 50, Hysteresis = 3, DelaySeconds = 60, MaxDelaySeconds = 300, ClearSeconds = 10,
            EscalationLimit = 10, EscalatesTo = AlertPriority.Medium, RespondingRole = DutyRoles.Nurse, ResponseMinutes = 30, Source = Own,
        },
        new("clock-wrong", "Device clock wrong", AlertCategory.Technical, AlertPriority.Low, AlertRuleKind.Clock)
        {
            Rule = "The time in the device's readings differs by more than the limit from the time at which they come", Limit = 60, SafeMin = 10, SafeMax = 240, Hysteresis = 5, DelaySeconds = 60,
            MaxDelaySeconds = 300, ClearSeconds = 30, RespondingRole = DutyRoles.Technician, ResponseMinutes = 240, Source = Own,
        },
    ];

    private static AlertType[] OfTheInstallation() =>
    [
        new("storage-away", "Readings are not being stored", AlertCategory.Operational, AlertPriority.High, AlertRuleKind.Reported)
        {
            Rule = "The database takes no readings", CanBeSwitchedOff = false, RespondingRole = DutyRoles.Technician, ResponseMinutes = 5, Source = Own,
        },
        new("gateway-silent", "Gateway silent", AlertCategory.Operational, AlertPriority.High, AlertRuleKind.Reported)
        {
            Rule = "A process that takes readings in has not been heard of", CanBeSwitchedOff = false, RespondingRole = DutyRoles.Technician, ResponseMinutes = 5, Source = Own,
        },
        new("coverage-hole", "Nobody on call", AlertCategory.Operational, AlertPriority.Medium, AlertRuleKind.Reported)
        {
            Rule = "An alert of this ward would find nobody, now or within the next shift", CanBeSwitchedOff = false, RespondingRole = DutyRoles.ChargeNurse, ResponseMinutes = 30, Source = Own,
        },
        new("alert-path-broken", "Alert path not proven", AlertCategory.Operational, AlertPriority.High, AlertRuleKind.Reported)
        {
            Rule = "The ward's synthetic patient has raised an alert that did not arrive", CanBeSwitchedOff = false, RespondingRole = DutyRoles.Technician, ResponseMinutes = 5,
            Source = $"{Own}, after the confirmation that IEC 60601-1-8 wants of distributed alarm systems",
        },
        new("manual", "Raised by a person", AlertCategory.Operational, AlertPriority.Medium, AlertRuleKind.Reported)
        {
            Rule = "Somebody is worried about the patient; the priority is theirs to choose", CanBeSwitchedOff = false, RespondingRole = DutyRoles.Physician, ResponseMinutes = 15,
            Source = $"{Own}; {News2} asks to act on concern at any score",
        },
    ];
}
