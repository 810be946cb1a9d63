// Remembers which accumulators were written in the last cycles and holds back a vector whose own write would come less than
// `write_interval` cycles after the last one to its accumulator. A vector that issues now writes outlier_cycles - 1 later, so
//   blocked = a write to `vector` lies 1 .. write_interval - outlier_cycles cycles back
// Only writes of the tile before can be that near: none of them is still to come when the next tile issues.
// Ports   write_valid, write_vector: an accumulator entry is written in this cycle (counted without the pipeline).
// Timing  docs/timing-model.md, "Issue"        Twin  hazard_bound, models/issue/issue_math.h
module hazard_scoreboard #(
    parameter integer VECTOR_BITS = 8,
    parameter integer COUNT_BITS = 16,
    parameter integer MOST_INTERVAL = 16
) (
    input  wire                   clk,
    input  wire                   reset,
    input  wire [            4:0] write_interval,
    input  wire                   write_valid,
    input  wire [VECTOR_BITS-1:0] write_vector,
    input  wire [VECTOR_BITS-1:0] vector,
    input  wire [ COUNT_BITS-1:0] outlier_cycles,
    output wire                   blocked
);
  reg [MOST_INTERVAL-1:1] valid;
  reg [MOST_INTERVAL*VECTOR_BITS-1:VECTOR_BITS] written;
  wire [MOST_INTERVAL-1:1] near;

  genvar age;
  generate
    for (age = 1; age < MOST_INTERVAL; age = age + 1) begin : ages
      localparam [4:0] AGE = age;
      assign near[age] = valid[age] & written[age*VECTOR_BITS+:VECTOR_BITS] == vector
                         & {{COUNT_BITS{1'b0}}, write_interval} >= {5'd0, outlier_cycles} + {{COUNT_BITS{1'b0}}, AGE};
      if (age == 1) begin : newest
        always @(posedge clk) begin
          valid[age] <= write_valid & ~reset;
          written[age*VECTOR_BITS+:VECTOR_BITS] <= write_vector;
        end
      end else begin : older
        always @(posedge clk) begin
          valid[age] <= valid[age-1] & ~reset;
          written[age*VECTOR_BITS+:VECTOR_BITS] <= written[(age-1)*VECTOR_BITS+:VECTOR_BITS];
        end
      end
    end
  endgenerate

  assign blocked = |near;
endmodule
