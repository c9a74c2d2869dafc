using System.Text.Json;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>What a notification says inside the signed-in application, as it is sealed: under the patient's key, so that it goes with the patient, or under the hospital's.</summary>
internal sealed record NotificationContent(string Title, string Text)
{
    /// <summary>What is shown where the patient's key is gone.</summary>
    public static NotificationContent Erased { get; } = new("The record was erased", "");

    /// <summary>Seals it for its row.</summary>
    public byte[] Seal(DataKey key, int tenantId, Guid notification) => key.SealText(Place(tenantId, notification), JsonSerializer.Serialize(this));

    /// <summary>Opens what <see cref="Seal"/> wrote.</summary>
    public static NotificationContent Open(DataKey? key, int tenantId, Guid notification, byte[] content) =>
        key?.OpenText(Place(tenantId, notification), content) is { } text && JsonSerializer.Deserialize<NotificationContent>(text) is { } opened ? opened : Erased;

    private static string Place(int tenantId, Guid notification) => $"wardwatch/notification/{tenantId}/{notification:N}";
}
