/** A role with everything the runner needs, and its binding to the user of a connection. */
export function rbacFor(namespace: string): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: podflow
  namespace: ${namespace}
rules:
  - apiGroups: [""]
    resources: [pods]
    verbs: [create, get, list, watch, delete]
  - apiGroups: [""]
    resources: [pods/log]
    verbs: [get]
  # For tasks with files; "create" is asked for since Kubernetes 1.35.
  - apiGroups: [""]
    resources: [pods/exec]
    verbs: [get, create]
  # To say why a pod does not start; tasks run without it.
  - apiGroups: [""]
    resources: [events]
    verbs: [list, watch]
  # For tasks with "credentials"; leave it out where there are none.
  - apiGroups: [""]
    resources: [secrets]
    verbs: [create, list, patch, delete]
  # For tasks with "job"; leave it out where there are none.
  - apiGroups: [batch]
    resources: [jobs]
    verbs: [create, get, list, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: podflow
  namespace: ${namespace}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: podflow
subjects:
  # The user of the connection: a service account, or "kind: User" with its name.
  - kind: ServiceAccount
    name: podflow
    namespace: ${namespace}
`;
}
