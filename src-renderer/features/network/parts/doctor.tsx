export interface ConnectionDoctorProps {
  /** Begins at once; otherwise a button does. */
  autoStart?: boolean;
  /** Told once a run is over: whether nothing failed. */
  onFinished?(healthy: boolean): void;
}

export function ConnectionDoctor(_props: ConnectionDoctorProps) {
  return null;
}
