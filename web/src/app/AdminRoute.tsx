export default function AdminRoute() {
  return null;
}
