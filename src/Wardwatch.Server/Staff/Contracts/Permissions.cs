namespace Wardwatch.Server.Staff.Contracts;

/// <summary>
/// What a member of staff may do. Each is the name of an authorisation policy: <c>RequireAuthorization(Permissions.ReadPatients)</c>.
/// Which role has which is said in one place, the staff module's role table. What names none is open to everyone signed in.
/// </summary>
public static class Permissions
{
    /// <summary>See patients, their readings, scores and alerts.</summary>
    public const string ReadPatients = "patients.read";

    /// <summary>Say which patient wears which device.</summary>
    public const string BindDevices = "devices.bind";

    /// <summary>Register devices, hand out and revoke their keys.</summary>
    public const string ManageDevices = "devices.manage";

    /// <summary>Add and remove accounts, set passwords.</summary>
    public const string ManagePeople = "people.manage";

    /// <summary>Train models and choose the one in use.</summary>
    public const string TrainModels = "models.train";
}
