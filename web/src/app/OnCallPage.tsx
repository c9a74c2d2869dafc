export default function OnCallPage() {
  return null;
}
