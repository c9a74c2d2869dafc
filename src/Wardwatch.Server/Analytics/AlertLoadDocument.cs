namespace Wardwatch.Server.Analytics;

/// <summary>What alerts turned out to be, as those said who were there.</summary>
/// <param name="Judged">Alerts of which somebody said something.</param>
/// <param name="Real">Of these, the ones that needed action,</param>
/// <param name="NoAction">that were true but needed none,</param>
/// <param name="Artefact">and that were none.</param>
/// <param name="JudgedShare">Judged by all, 0 to 1; null: there was none.</param>
/// <param name="NeededActionShare">Real by judged, 0 to 1; null: none was judged.</param>
internal sealed record JudgementFigures(long Judged, long Real, long NoAction, long Artefact, double? JudgedShare, double? NeededActionShare);

/// <summary>Alerts of a priority.</summary>
internal sealed record PriorityLoad(string Priority, long Alerts, double? PerBedDay);

/// <summary>Alerts of a type.</summary>
/// <param name="Type">Its code.</param>
/// <param name="Name">It in words.</param>
/// <param name="Category">As in GET /api/alert-types; null: this server does not know the type.</param>
/// <param name="Technical">About a device or the installation.</param>
/// <param name="Alerts">How many.</param>
/// <param name="PerBedDay">By occupied bed-days; null: no bed was taken.</param>
/// <param name="Judgements">What they turned out to be.</param>
internal sealed record TypeLoad(string Type, string Name, string? Category, bool Technical, long Alerts, double? PerBedDay, JudgementFigures Judgements);

/// <summary>Alerts of an hour of the day.</summary>
/// <param name="Hour">0 to 23, on the hospital's clocks.</param>
/// <param name="Alerts">How many.</param>
/// <param name="PerHour">By the number of such hours within the time; null: there is none.</param>
internal sealed record HourOfDayLoad(int Hour, long Alerts, double? PerHour);

/// <summary>A type on a ward that many alerts come from.</summary>
/// <param name="Ward">The ward's id.</param>
/// <param name="WardName">What it is called.</param>
/// <param name="Type">The type's code.</param>
/// <param name="Name">The type in words.</param>
/// <param name="Alerts">How many.</param>
/// <param name="Share">Of all alerts, 0 to 1.</param>
/// <param name="Judgements">What they turned out to be.</param>
internal sealed record CauseLoad(string Ward, string WardName, string Type, string Name, long Alerts, double Share, JudgementFigures Judgements);

/// <summary>How soon somebody came, in seconds, of incidents that were opened within the time; each with the number of those of which it is known.</summary>
/// <param name="Priority">The highest that they had; null: all of them.</param>
/// <param name="Incidents">How many were opened.</param>
/// <param name="AcknowledgedFromOnset">From the begin of the condition, before its delay, to the first acknowledgement.</param>
/// <param name="AcknowledgedFromOpened">From the opening of the incident to the first acknowledgement.</param>
/// <param name="AcknowledgedFromDelivery">From the first screen that had it to the first acknowledgement after that.</param>
/// <param name="Reviewed">From the opening until somebody had been at the bedside.</param>
/// <param name="Resolved">From the opening to the end.</param>
/// <param name="Outcomes">What they turned out to be.</param>
internal sealed record ResponseLoad(
    string? Priority, long Incidents, DurationResponse AcknowledgedFromOnset, DurationResponse AcknowledgedFromOpened, DurationResponse AcknowledgedFromDelivery, DurationResponse Reviewed,
    DurationResponse Resolved, JudgementFigures Outcomes);

/// <summary>Alerts per bed-day that a ward wants to stay below.</summary>
/// <param name="AlertsPerBedDay">The number in force.</param>
/// <param name="Default">The installation's.</param>
/// <param name="From">default or ward: who made it so.</param>
/// <param name="Owner">Who set it, or null.</param>
/// <param name="SetAt">When, or null.</param>
internal sealed record BudgetResponse(double AlertsPerBedDay, double Default, string From, string? Owner, DateTimeOffset? SetAt);

/// <summary>A ward's alerts over the time, its budget, and how much of today's is used.</summary>
internal sealed record WardAlertLoad(
    string Id, string Name, long Alerts, double BedDays, double? PerBedDay, JudgementFigures Judgements, BudgetResponse Budget, BudgetBurn Burn);

/// <summary>Alert load of the wards asked for.</summary>
/// <param name="From">The beginning of the first hour.</param>
/// <param name="Until">The end of the last hour, or now.</param>
/// <param name="TimeZone">The hospital's, in which the hours of a day are.</param>
/// <param name="BedDays">Occupied bed-days.</param>
/// <param name="Alerts">Alerts that were raised.</param>
/// <param name="Technical">Of these, the ones about devices or the installation.</param>
/// <param name="PerBedDay">The first by the second; null: no bed was taken.</param>
/// <param name="Judgements">What they turned out to be.</param>
/// <param name="ByPriority">high, medium, low, as they were raised.</param>
/// <param name="ByType">Every type of which there was one, most first.</param>
/// <param name="ByHourOfDay">24 of them.</param>
/// <param name="TopCauses">Where most come from, most first.</param>
/// <param name="Response">How soon somebody came.</param>
/// <param name="ResponseByPriority">The same for high, medium, low.</param>
/// <param name="Wards">Each ward.</param>
internal sealed record AlertLoadDocument(
    DateTimeOffset From, DateTimeOffset Until, string TimeZone, double BedDays, long Alerts, long Technical, double? PerBedDay, JudgementFigures Judgements, IReadOnlyList<PriorityLoad> ByPriority,
    IReadOnlyList<TypeLoad> ByType, IReadOnlyList<HourOfDayLoad> ByHourOfDay, IReadOnlyList<CauseLoad> TopCauses, ResponseLoad Response, IReadOnlyList<ResponseLoad> ResponseByPriority,
    IReadOnlyList<WardAlertLoad> Wards);
