namespace Wardwatch.Server.Audit.Contracts;

/// <summary>What can be done, as it stands in the audit: <c>thing.verb</c>.</summary>
public static class AuditActions
{
    // Looks.
    public const string ReadPatient = "patient.read";
    public const string ReadVitals = "vitals.read";
    public const string ReadHistory = "history.read";
    public const string ReadEncounters = "encounters.read";
    public const string ReadBindings = "bindings.read";
    public const string ViewBeds = "beds.view";
    public const string ViewWard = "ward.view";
    public const string FollowLive = "live.follow";
    public const string ListPatients = "patients.list";
    public const string ListAlerts = "alerts.list";
    public const string ReadLimits = "limits.read";
    public const string ReadAudit = "audit.read";
    public const string VerifyAudit = "audit.verify";

    // Signing in and what belongs to it.
    public const string SignIn = "session.open";
    public const string SignOut = "session.close";
    public const string SignOutEverywhere = "session.close-all";
    public const string LockSession = "session.lock";
    public const string UnlockSession = "session.unlock";
    public const string ReuseToken = "session.token-reuse";
    public const string ChangePassword = "password.change";
    public const string SetUpSecondFactor = "second-factor.set-up";
    public const string RemoveSecondFactor = "second-factor.remove";
    public const string DrawRecoveryCodes = "second-factor.recovery-codes";
    public const string AddPasskey = "passkey.add";
    public const string RemovePasskey = "passkey.remove";
    public const string SetPin = "pin.set";
    public const string RemovePin = "pin.remove";

    // People, wards, patients, devices, keys.
    public const string AddPerson = "person.add";
    public const string ChangePerson = "person.change";
    public const string RemovePerson = "person.remove";
    public const string ResetPassword = "person.reset-password";
    public const string ResetSecondFactor = "person.reset-second-factor";
    public const string AddWard = "ward.add";
    public const string ChangeWard = "ward.change";
    public const string RegisterPatient = "patient.register";
    public const string ChangePatient = "patient.change";
    public const string AdmitPatient = "patient.admit";
    public const string TransferPatient = "patient.transfer";
    public const string DischargePatient = "patient.discharge";
    public const string SetPatientStatus = "patient.status";
    public const string MergePatients = "patient.merge";
    public const string ImportPatients = "patient.import";
    public const string ErasePatient = "patient.erase";
    public const string RegisterDevice = "device.register";
    public const string RevokeDevice = "device.revoke";
    public const string IssueDeviceKey = "device.key-issue";
    public const string RevokeDeviceKey = "device.key-revoke";
    public const string BindDevice = "device.bind";
    public const string UnbindDevice = "device.unbind";
    public const string RotateKeys = "keys.rotate";

    // Alerts.
    public const string RaiseAlert = "alert.raise";
    public const string EndAlert = "alert.end";
    public const string SilenceAlert = "alert.silence";
    public const string EndSilence = "alert.silence-end";
    public const string JudgeAlert = "alert.judge";
    public const string SetLimits = "limits.set";
    public const string SetAlertBudget = "alert-budget.set";
    public const string PauseSound = "sound.pause";
    public const string EndSoundPause = "sound.pause-end";
    public const string GiveWard = "ward.hand-over";
    public const string TakeWard = "ward.take-over";

    // Emergencies and what is looked at afterwards.
    public const string SearchInEmergency = "emergency.search";
    public const string OpenInEmergency = "emergency.open";
    public const string ReviewEmergency = "emergency.review";
    public const string SettleSecurityEvent = "security-event.settle";

    // Incidents.
    public const string ListIncidents = "incidents.list";
    public const string ReadIncident = "incident.read";
    public const string AcknowledgeIncident = "incident.acknowledge";
    public const string StartIncident = "incident.start";
    public const string ResolveIncident = "incident.resolve";
    public const string ClaimIncident = "incident.claim";
    public const string CommentIncident = "incident.comment";
    public const string ReviewIncident = "incident.review";

    // Who is on duty.
    public const string SetDuties = "duty.set";
    public const string AddSchedule = "schedule.add";
    public const string ChangeSchedule = "schedule.change";
    public const string EndSchedule = "schedule.end";
    public const string AddOverride = "duty-override.add";
    public const string EndOverride = "duty-override.end";
    public const string AddSwap = "duty-swap.add";
    public const string EndSwap = "duty-swap.end";
    public const string AddFeed = "duty-feed.add";
    public const string RemoveFeed = "duty-feed.remove";

    // What could not be believed or handled.
    public const string OpenDeadLetter = "dead-letter.open";
    public const string ReplayDeadLetter = "dead-letter.replay";
    public const string DropDeadLetter = "dead-letter.drop";

    // Who is told, and by which ways.
    public const string SetNotificationRules = "notifications.rules";
    public const string TestNotification = "notifications.test";
    public const string ReadNotifications = "notifications.read";
    public const string AddPushSubscription = "push.subscribe";
    public const string RemovePushSubscription = "push.unsubscribe";
    public const string AddWebhook = "webhook.add";
    public const string ChangeWebhook = "webhook.change";
    public const string RemoveWebhook = "webhook.remove";
    public const string TestWebhook = "webhook.test";
    public const string SendAgain = "delivery.send-again";

    // The processes.
    public const string DrainNode = "node.drain";

    // Refused because the caller may not.
    public const string Refused = "access.refused";
}
